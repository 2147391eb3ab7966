import { randomUUID } from 'node:crypto';
import { type FollowUpKind, followUpKinds } from '../events/catalogue.ts';
import type { Table } from '../storage/table.ts';
import type { FollowUp } from './follow-up.ts';
import { type Listed, type LiveState, liveStates } from './listed.ts';

/** A row of the index. */
export interface LiveRow {
  readonly kind: FollowUpKind;
  readonly correspondenceId: string;
  readonly listed: Listed;
  /** When it was added: RFC 3339 in UTC. */
  readonly addedAt: string;
  readonly position: string;
}

/**
 * The index of the follow-ups that need attention: the table `livefollowups`, a partition for each state and kind, with
 * the earliest fact first. A row is added before its follow-up is saved and removed after, so that the index is never
 * short of one; what a death leaves over, the listing removes. Each row has a key of its own, which is not used again:
 * nobody can remove the row that another has just added.
 */
export class LiveFollowUps {
  readonly #table: Table;
  readonly #now: () => Date;

  constructor(table: Table, now: () => Date = () => new Date()) {
    this.#table = table;
    this.#now = now;
  }

  /** Adds a follow-up that is about to be saved, if it needs attention. One table operation. */
  async add(followUp: FollowUp): Promise<Listed | undefined> {
    const { kind, correspondenceId, state, resource } = followUp;
    if (!isLive(state)) return undefined;
    const key = `${orderOf(followUp)}-${randomUUID()}`;
    const addedAt = this.#now().toISOString();
    const partitionKey = partitionOf(state, kind);
    await this.#table.insert({ partitionKey, rowKey: key, correspondenceId, resource, addedAt });
    return { state, key, resource };
  }

  /** One table operation. */
  async remove(kind: FollowUpKind, { state, key }: Listed): Promise<void> {
    await this.#table.remove(partitionOf(state, kind), key);
  }

  /** The rows of a state and kind behind a position, in its order. One table operation for a thousand. */
  async after(
    state: LiveState,
    kind: FollowUpKind,
    position: string | undefined,
    max: number,
  ): Promise<LiveRow[]> {
    const order = position?.slice(0, orderLength) ?? '';
    // Behind all rows of that follow-up, or before the first of another kind of its letter.
    const from = position && kind <= position.slice(orderLength + 1) ? `${order}~` : order;
    const rows = await this.#table.after<Columns>(partitionOf(state, kind), from, max);
    return rows.map(({ rowKey, correspondenceId, resource, addedAt }) => {
      const listed = { state, key: rowKey as string, resource: resource ?? undefined };
      const position = `${listed.key.slice(0, orderLength)}-${kind}`;
      return { kind, correspondenceId, listed, addedAt, position };
    });
  }
}

interface Columns {
  readonly correspondenceId: string;
  readonly resource?: string | null;
  readonly addedAt: string;
}

export function isLive(state: FollowUp['state']): state is LiveState {
  return liveStates.some((each) => each === state);
}

/** Whether a follow-up still belongs where the index has it; one that needs no attention belongs nowhere. */
export function staysListed(followUp: FollowUp, listed: Listed | undefined): boolean {
  if (!listed || !isLive(followUp.state)) return !listed && !isLive(followUp.state);
  const { state, key, resource } = listed;
  return (
    state === followUp.state && resource === followUp.resource && key.startsWith(`${orderOf(followUp)}-`)
  );
}

/** Where a follow-up stands among all, whatever its state: texts compare as positions do. */
export function positionOf(followUp: FollowUp): string {
  return `${orderOf(followUp)}-${followUp.kind}`;
}

const position = new RegExp(
  `^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{9}Z-[\\da-f]{8}(-[\\da-f]{4}){3}-[\\da-f]{12}-(${followUpKinds.join('|')})$`,
);

/** Whether a text is what {@link positionOf} gives. */
export function isPosition(text: string): boolean {
  return position.test(text);
}

const orderLength = '2026-08-20T06:00:00.000000000Z-5b3c1e0a-8f1d-4c52-9f0e-2a7b6d1c4e90'.length;

/** When the fact happened, with all nine digits of its fraction, and the letter's id. */
function orderOf({ factAt, openedAt, correspondenceId }: FollowUp): string {
  const [whole, fraction = ''] = (factAt ?? openedAt).slice(0, -1).split('.');
  return `${whole}.${fraction.padEnd(9, '0')}Z-${correspondenceId}`;
}

function partitionOf(state: LiveState, kind: FollowUpKind): string {
  return `${state}:${kind}`;
}
