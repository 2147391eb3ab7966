import type { Fact } from '../../../shared/events/catalogue.ts';
import type { ReceiverStatus } from '../receiver.ts';

type Text = string | null | undefined;

/** What is compared of Altinn's answer about a letter. */
export interface Told {
  /** Altinn says nothing of the letter but that it is purged, or was never there. */
  readonly purged?: boolean;
  readonly status?: Text;
  readonly statusChanged?: Text;
  readonly published?: Text;
  readonly read?: Text;
  readonly statusHistory?:
    | readonly { readonly status?: Text; readonly statusChanged?: Text }[]
    | null
    | undefined;
}

export interface Comparison {
  readonly fact: Fact;
  /** When, as the receiver has it; absent when it has no such fact. */
  readonly receiver: string | undefined;
  /** When, as Altinn has it; absent when it has no such fact or does not tell. */
  readonly altinn: string | undefined;
  /** One of them has the fact and the other has not. The times may differ: an event's is when its job ran. */
  readonly differs: boolean;
}

/**
 * Sets what the receiver has tracked of a letter beside what Altinn says of it. Of a purged letter Altinn need not tell
 * all, so that what we know besides is no difference.
 */
export function compare(receiver: ReceiverStatus | undefined, altinn: Told): Comparison[] {
  const facts = factsOf(altinn);
  const compared: readonly Fact[] = ['published', 'publishFailed', 'read', 'confirmed', 'purged'];
  return compared.map((fact) => {
    const [ours, theirs] = [receiver?.facts[fact], facts[fact]];
    const untold = facts.purged !== undefined && !theirs;
    return { fact, receiver: ours, altinn: theirs, differs: !untold && !ours !== !theirs };
  });
}

/** A status is the numerically highest, not the latest, and the history may leave one out: either of them says it. */
function factsOf(altinn: Told): Partial<Record<Fact, string>> {
  const { published, read, status, statusChanged, statusHistory } = altinn;
  const said = (wanted: RegExp) => {
    const entry = [...(statusHistory ?? []), { status, statusChanged }].find((one) =>
      wanted.test(one.status ?? ''),
    );
    return entry && (entry.statusChanged ?? 'yes');
  };
  const facts = {
    published: published ?? said(/^published$/i),
    publishFailed: said(/^failed$/i),
    read: read ?? said(/^read$/i),
    confirmed: said(/^confirmed$/i),
    purged: said(/^purged/i) ?? (altinn.purged ? 'yes' : undefined),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, time]) => time));
}
