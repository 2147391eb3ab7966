import { gunzipSync, gzipSync } from 'node:zlib';
import type { Row } from '../../storage/table.ts';
import { joinText, textColumns } from '../../storage/table.ts';
import type { Member } from '../gatherer.ts';

/** A member of a digest. */
export interface DigestMember extends Member {
  /** Whether its channel may have been told of it already. */
  readonly perhaps?: true | undefined;
}

/** A digest that is to be sent. All times are RFC 3339 in UTC. */
export interface DigestRecord {
  readonly id: string;
  readonly channel: string;
  readonly type: Member['type'];
  readonly madeAt: string;
  /** When it is taken up next; while its message is under way, when that is given up for lost. */
  readonly dueAt: string;
  /** Of its one live message. */
  readonly lease?: string | undefined;
  /** Those that were not sent yet, in the order in which they are named. */
  readonly members: readonly DigestMember[];
  /** When they were checked and made its own, and into how large parts they were divided: from then on its content stays. */
  readonly chosen?: { readonly at: string; readonly partSize: number; readonly parts: number } | undefined;
  readonly sentParts: number;
  /** Of the part that comes next: who is sending it, so that a crash in between is noticed. */
  readonly claim?: { readonly by: string; readonly at: string } | undefined;
  /** Of the same: that it was taken, and what the channel answered; its members are to be told so. */
  readonly sent?: { readonly at: string; readonly note?: string | undefined } | undefined;
  /** How often in a row it was not taken, and since when. */
  readonly tries?: number | undefined;
  readonly since?: string | undefined;
  /** How often in a row Altinn did not answer about it, and since when. */
  readonly silentTries?: number | undefined;
  readonly silentSince?: string | undefined;
}

export const partition = 'digest';

/**
 * A digest as a row. Its members are compressed: a thousand of them have room in the 1 MiB of a row only so, and with all
 * in one row a digest is made, checked and divided at one stroke.
 * Source: Microsoft Learn, "Understanding the Table service data model".
 */
export function toRow({ id, members, channel, type, madeAt, dueAt, lease, ...state }: DigestRecord): Row {
  const packed = gzipSync(JSON.stringify(members)).toString('base64');
  return {
    partitionKey: partition,
    rowKey: id,
    ...{ channel, type, madeAt, dueAt, lease },
    state: JSON.stringify(state),
    ...textColumns('members', packed),
  };
}

export function fromRow(row: object): DigestRecord {
  const { rowKey, channel, type, madeAt, dueAt, lease, state } = row as Omit<
    DigestRecord,
    'id' | 'members'
  > & {
    readonly rowKey: string;
    readonly state: string;
  };
  const members = gunzipSync(Buffer.from(joinText('members', row), 'base64')).toString();
  const columns = { id: rowKey, channel, type, madeAt, dueAt, lease };
  return { ...JSON.parse(state), ...columns, members: JSON.parse(members) };
}
