/** What each step is known by: its channel's name and, from the second step of that channel on, which one it is. */
export function keysOf(steps: readonly { readonly channel: string }[]): readonly string[] {
  const counts = new Map<string, number>();
  return steps.map(({ channel }) => {
    const count = (counts.get(channel) ?? 0) + 1;
    counts.set(channel, count);
    return count === 1 ? channel : `${channel}-${count}`;
  });
}
