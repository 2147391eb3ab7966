import type { Fact, FollowUpKind } from '../../../events/catalogue.ts';

/** All that a person is told by a channel, in one language. */
export interface Texts {
  /** As `Intl` names it. */
  readonly locale: string;
  /** What needs attention: a sentence without its full stop. */
  readonly kinds: Readonly<Record<FollowUpKind, string>>;
  /** The same above a list of letters. */
  readonly headings: Readonly<Record<FollowUpKind, string>>;
  /** What settled it: a sentence without its full stop. */
  readonly reasons: Readonly<Partial<Record<Fact | 'byPerson', string>>>;
  /** Where no reason is known. */
  readonly settled: string;
  readonly labels: {
    readonly letter: string;
    readonly attachment: string;
    /** Of an attachment. */
    readonly letters: string;
    readonly notificationOrders: string;
    readonly resource: string;
    readonly reference: string;
    readonly recipient: string;
    readonly due: string;
    readonly published: string;
    readonly since: string;
    readonly round: string;
    readonly step: string;
    readonly id: string;
  };
  readonly open: string;
  readonly test: string;
  /** Where Altinn did not answer, or is never asked about the kind. */
  readonly unchecked: string;
  repeated(title: string): string;
  closed(title: string): string;
  /** @param reason names no person and no secret */
  failed(channel: string, reason: string): string;
  /** In a list of letters, for the same. */
  failedShort(channel: string): string;
  roundOf(round: number): string;
  of(number: number, all: number): string;
  part(part: number, parts: number): string;
  andMore(count: number): string;
  manyOpened(count: number): string;
  manyClosed(count: number): string;
}
