/**
 * Does something with each of some items, so many at the same moment, in their order as far as that goes.
 * @throws the first error there is; what has begun by then goes on, and nothing else is begun
 */
export async function eachAtOnce<T>(
  items: Iterable<T>,
  atOnce: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = items[Symbol.iterator]();
  let isOver = false;
  const worker = async () => {
    for (let next = left.next(); !next.done && !isOver; next = left.next()) {
      await work(next.value).catch((error) => {
        isOver = true;
        throw error;
      });
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
