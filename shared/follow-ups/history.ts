/** One line of a follow-up's history. It names no person but who closed, snoozed or reopened it. */
export interface HistoryEntry {
  /** RFC 3339 in UTC; of what was so several times in a row, the first. */
  readonly at: string;
  readonly what:
    | 'opened'
    | 'checked'
    | 'step'
    | 'step-failed'
    | 'told'
    | 'gathered'
    | 'suppressed'
    | 'closed'
    | 'disputed'
    | 'snoozed'
    | 'reopened';
  /** What it says in words: the event, what Altinn said, what the channel answered, the reason. */
  readonly note?: string | undefined;
  readonly channel?: string | undefined;
  /** The {@link PolicyStep.key}. */
  readonly step?: string | undefined;
  /** The person who did it, as given. */
  readonly by?: string | undefined;
  /** Until when it was put off. */
  readonly until?: string | undefined;
  /** How often in a row it was so, and when last. */
  readonly times?: number | undefined;
  readonly lastAt?: string | undefined;
}

/** What an entry says, without what its note has in parentheses. */
function inShort({ note, ...rest }: Omit<HistoryEntry, 'at'>): string {
  return JSON.stringify([note?.replace(/ \(.*\)$/s, ''), rest]);
}

/** The most lines that a history keeps: of a longer one the middle is left out. */
const maxHistory = 200;

/** A history with one more line; what is so once more is counted in the line that says so. */
export function noted(
  history: readonly HistoryEntry[] | undefined,
  entry: HistoryEntry,
): readonly HistoryEntry[] {
  const before = history ?? [];
  const last = before.at(-1);
  const { at, ...said } = entry;
  if (last && (entry.what === 'checked' || entry.what === 'step-failed')) {
    const { at: first, times = 1, lastAt: _, ...lastSaid } = last;
    if (inShort(lastSaid) === inShort(said)) {
      return [...before.slice(0, -1), { at: first, ...said, times: times + 1, lastAt: at }];
    }
  }
  const all = [...before, entry];
  return all.length > maxHistory ? [...all.slice(0, maxHistory / 2), ...all.slice(-maxHistory / 2)] : all;
}
