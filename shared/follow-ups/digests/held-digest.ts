import { RetryableError } from '../../queue/errors.ts';
import type { DigestRecord } from './digest-record.ts';
import type { Digests, StoredDigest } from './digests.ts';

/** A digest that somebody works on: each change is saved against what was read, so that nobody else's is overwritten. */
export class HeldDigest {
  #digest: DigestRecord;
  #etag: string;
  readonly #digests: Pick<Digests, 'save' | 'remove'>;
  readonly #now: () => Date;

  constructor({ etag, ...digest }: StoredDigest, digests: Pick<Digests, 'save' | 'remove'>, now: () => Date) {
    this.#digest = digest;
    this.#etag = etag;
    this.#digests = digests;
    this.#now = now;
  }

  get digest(): DigestRecord {
    return this.#digest;
  }

  now(): Date {
    return this.#now();
  }

  /** @throws RetryableError where somebody else has changed it */
  async save(changes: Partial<DigestRecord>): Promise<void> {
    const changed = { ...this.#digest, ...changes };
    const etag = await this.#digests.save(changed, this.#etag);
    if (etag === undefined) throw new RetryableError('the digest was changed meanwhile');
    this.#digest = changed;
    this.#etag = etag;
  }

  /** Has it taken up again then, by another message. */
  async comeBack(at: Date, changes: Partial<DigestRecord> = {}): Promise<void> {
    await this.save({ ...changes, dueAt: at.toISOString(), lease: undefined });
  }

  /** Nothing is left of it to be sent. */
  async end(): Promise<void> {
    await this.#digests.remove(this.#digest.id);
  }
}
