/** The transformer of the test run with one mutation of the sources: nothing on the disk is changed. */
import swc from '@swc/jest';

/**
 * @param {{ mutation: { file: string, from: string, to: string } }} options the mutation, and the options of swc
 */
function createTransformer({ mutation, ...options }) {
  const inner = swc.createTransformer(options);
  /** @throws Error where the passage is not there exactly once: the mutation has to follow the source */
  const mutate = (source, path) => {
    if (!path.endsWith(mutation.file)) return source;
    const parts = source.split(mutation.from);
    if (parts.length !== 2)
      throw new Error(`${mutation.file} has ${parts.length - 1} times: ${mutation.from}`);
    return parts.join(mutation.to);
  };
  const mutated =
    (work) =>
    (source, path, ...rest) =>
      work(mutate(source, path), path, ...rest);
  return {
    canInstrument: false,
    process: mutated(inner.process),
    processAsync: mutated(inner.processAsync ?? inner.process),
    getCacheKey: mutated(inner.getCacheKey),
  };
}

export default { createTransformer };
