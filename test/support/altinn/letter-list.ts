import type { Correspondence, ListRequest } from '../../../shared/altinn/api/correspondence.ts';
import type { LetterStatus } from '../../../shared/reconcile/audit/statuses.ts';

export interface ListedLetter {
  readonly id: string;
  /** Milliseconds since 1970: the time for which publication was asked. */
  readonly at: number;
  readonly statuses: readonly LetterStatus[];
}

/**
 * Altinn's list of letters, by its contract: those that ever had the status, whose time lies between the bounds and on
 * neither, newest first, a thousand at the most; and the details of one.
 */
export function makeLetterList(letters: readonly ListedLetter[]) {
  const asked: ListRequest[] = [];
  const details: string[] = [];
  const list: Correspondence['list'] = async (request) => {
    asked.push(request);
    // A microsecond before midnight is 23:59:59.999999: to the millisecond it would lose what lies between.
    const [from, to] = [request.from, request.to].map(microseconds) as [number, number];
    const ids = letters
      .filter(({ at, statuses }) => {
        return at * 1000 > from && at * 1000 < to && statuses.includes(request.status as LetterStatus);
      })
      .sort((a, b) => b.at - a.at)
      .slice(0, 1_000)
      .map(({ id }) => id);
    return { ids, full: ids.length >= 1_000 };
  };
  const correspondence = {
    list,
    details: (async (id: string) => {
      details.push(id);
      const { at, statuses } = letters.find((letter) => letter.id === id) as ListedLetter;
      const statusChanged = new Date(at).toISOString();
      return {
        purged: false,
        requestedPublishTime: statusChanged,
        statusHistory: statuses.map((status) => ({ status, statusChanged })),
      };
    }) as unknown as Correspondence['details'],
  };
  return { correspondence, asked, details };
}

function microseconds(time: string): number {
  const [, whole = '', fraction = ''] = /^(.{19})(?:\.(\d+))?Z$/.exec(time) ?? [];
  return Date.parse(`${whole}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
}

/** The id of the letter of a number. */
export const letterId = (number: number) => `5b3c1e0a-8f1d-4c52-9f0e-${String(number).padStart(12, '0')}`;
