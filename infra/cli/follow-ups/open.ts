import { InvalidArgumentError } from 'commander';
import { DueFollowUps } from '../../../shared/follow-ups/due.ts';
import { type FollowUp, followUpId, parseFollowUpId } from '../../../shared/follow-ups/follow-up.ts';
import { LiveFollowUps } from '../../../shared/follow-ups/live-follow-ups.ts';
import type { FollowUpKey } from '../../../shared/follow-ups/people.ts';
import { FollowUps } from '../../../shared/follow-ups/store.ts';
import { DeadLetters } from '../../../shared/queue/dead-letters.ts';
import { logTo } from '../../../shared/signals/log.ts';
import type { Cli } from '../cli.ts';
import { Failure } from '../exit.ts';
import { openStorage } from '../storage.ts';

/** What the commands work with, of the receiver's storage. */
export function openFollowUps(cli: Cli) {
  const { queues, tables } = openStorage(cli);
  const live = new LiveFollowUps(tables.liveFollowUps);
  const note = (message: string) => cli.output.note(message);
  return {
    live,
    followUps: new FollowUps(tables.timeline, live),
    due: new DueFollowUps(tables.due),
    deadLetters: new DeadLetters(tables.deadLetters),
    queue: queues.followUps.name,
    log: logTo({ info: note, warn: note, error: note }),
  };
}

/** An argument that is the id of a follow-up. */
export function toKey(text: string): FollowUpKey {
  const key = parseFollowUpId(text);
  if (!key) throw new InvalidArgumentError('It is a kind, a dash and a GUID, as `follow-ups list` shows it.');
  return key;
}

export function noFollowUp(key: FollowUpKey): Failure {
  return new Failure(`There is no follow-up ${followUpId(key)}: see \`follow-ups list\``);
}

/** What is shown of a follow-up as JSON; the rest is for the code alone. */
export function shown(followUp: FollowUp & { etag?: string }) {
  const { claim, lease, etag, listed, owed, plannedBy, ...rest } = followUp;
  return { followUpId: followUpId(followUp), ...rest };
}
