/**
 * A connection refused by the egress policy: an attempt that fails with it has the outcome `blocked_address`.
 * got keeps `code` on its own error and this one as its `cause`.
 *
 * `message` and `reason` may be shown to operators. `addresses` is what DNS answered: for logs only, since it
 * may tell what an internal name resolves to.
 */
export class EgressBlockedError extends Error {
  override readonly name = 'EgressBlockedError';
  readonly code = 'egress_blocked';
  readonly host: string;
  readonly reason: string;
  readonly addresses: readonly string[];

  constructor({
    host,
    reason,
    addresses = [],
  }: { host: string; reason: string; addresses?: readonly string[] }) {
    super(`refused to connect to ${host}: ${reason}`);
    this.host = host;
    this.reason = reason;
    this.addresses = addresses;
  }
}
