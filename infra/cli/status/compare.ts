import type { Details, Purged } from '../../../shared/altinn/api/correspondence.ts';
import type { Fact } from '../../../shared/events/catalogue.ts';
import type { ReceiverStatus } from '../receiver.ts';

export interface Comparison {
  readonly fact: Fact;
  /** When, as the receiver has it; absent when it has no such fact. */
  readonly receiver: string | undefined;
  /** When, as Altinn has it; absent when it has no such fact or does not tell. */
  readonly altinn: string | undefined;
  /** One of them has the fact and the other has not. The times may differ: an event's is when its job ran. */
  readonly differs: boolean;
}

/** Sets what the receiver has tracked of a letter beside what Altinn says of it. Of a purged one Altinn tells no more. */
export function compare(receiver: ReceiverStatus | undefined, altinn: Details | Purged): Comparison[] {
  const facts = altinn.purged ? { purged: 'yes' } : factsOf(altinn);
  const compared: readonly Fact[] = ['published', 'publishFailed', 'read', 'confirmed', 'purged'];
  return compared.map((fact) => {
    const [ours, theirs] = [receiver?.facts[fact], facts[fact]];
    const untold = altinn.purged && fact !== 'purged';
    return { fact, receiver: ours, altinn: theirs, differs: !untold && !ours !== !theirs };
  });
}

function factsOf({ published, read, statusHistory }: Details): Partial<Record<Fact, string>> {
  const inHistory = (status: RegExp) => {
    const entry = statusHistory?.find((entry) => status.test(entry.status ?? ''));
    return entry && (entry.statusChanged ?? 'yes');
  };
  const facts = {
    published: published ?? inHistory(/^published$/i),
    publishFailed: inHistory(/^failed$/i),
    read: read ?? inHistory(/^read$/i),
    confirmed: inHistory(/^confirmed$/i),
    purged: inHistory(/^purged/i),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, time]) => time));
}
