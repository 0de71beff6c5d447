/** The mark, as decoration: a name always stands beside it. */
export function Logo({ size }: { size: number }) {
  return <img src="/tocsin.svg" alt="" width={size} height={size} style={{ display: 'block' }} />;
}
