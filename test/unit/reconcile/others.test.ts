import { describe, expect, it } from 'vitest';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { Checkpoints } from '../../../shared/reconcile/checkpoints.ts';
import { reconcile } from '../../../shared/reconcile/reconcile.ts';
import { Timeline } from '../../../shared/tracking/timeline.ts';
import { eventOf } from '../../support/fixture.ts';
import { silentLog } from '../../support/log.ts';
import { MemoryStorage } from '../../support/memory-storage.ts';

describe('reconcile', () => {
  it('pulls past what is not Correspondence’s own, and neither counts nor enqueues it', async () => {
    const storage = new MemoryStorage();
    const [letter, dialog] = [eventOf('subject-person'), eventOf('dialog-created')];
    const pull = async ({ after }: { after: string }) => ({
      events: after === dialog.id ? [] : [dialog, letter, dialog],
      unreadable: [],
      lastId: after === dialog.id ? undefined : dialog.id,
    });
    const report = await reconcile('urn:altinn:resource:brev-fra-etaten', {
      events: { pull },
      timeline: new Timeline(storage.table('timeline')),
      queue: storage.queue('correspondence-events'),
      deadLetters: new DeadLetters(storage.table('deadletters')),
      checkpoints: new Checkpoints(storage.table('checkpoints'), () => new Date(storage.now)),
      log: silentLog,
      now: () => new Date(storage.now),
    });
    expect(report).toMatchObject({ pulled: 1, missing: 1, complete: true });
    const [message, ...more] = storage.messages('correspondence-events');
    expect(Buffer.from(message?.text ?? '', 'base64').toString()).toContain(letter.id);
    expect(more).toEqual([]);
    expect(storage.rowsOf('checkpoints')).toMatchObject([{ after: dialog.id }]);
  });
});
