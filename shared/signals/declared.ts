import type { Declaration } from './declaration.ts';

const queue = 'the name of the queue';
const ageSeconds = 'seconds since it was first enqueued';
const kind = 'the kind of follow-up';
const letter = 'the id of the letter';
const resource = 'the resource, as a URN';
const subunit = "the number of a recipient's subunit, where it is one's";
const via = 'how it is known: `push`, `pull` or `asked`';
const reason = 'why, in words';
const channel = 'the name of the channel';

/**
 * Every signal, once. A line of the log begins with a signal's name, which stays as it is, and has its fields as
 * `name=value`. docs/signals.md follows from this, and the alerts and the workbook are held against it.
 */
export const signals = {
  'event.acknowledged': {
    level: 'info',
    promises: [1],
    means: 'Storage has the events of a request, and Altinn was answered 200.',
    fields: { events: "how many of Correspondence's own it held" },
  },
  'event.not-acknowledged': {
    level: 'error',
    promises: [1],
    means: 'Storage did not take an event. Altinn was answered 503 and tries again for 34 h 46 m.',
    fields: { reason },
  },
  'event.refused': {
    level: 'warn',
    promises: [1, 6],
    means: 'A request that is no CloudEvent was answered with an error.',
    fields: { status: 'the status of the answer', reason: 'why, in one word', detail: 'why, in words' },
  },
  'event.other': {
    level: 'info',
    promises: [2],
    means:
      "Events that are not Correspondence's own, Dialogporten's say, were acknowledged and go no further.",
    fields: { events: 'how many' },
  },
  'event.unlisted-caller': {
    level: 'warn',
    promises: [5],
    means: 'The caller is none of `ALTINN_SOURCE`.',
    fields: {
      caller: 'its address, or `unknown`',
      policy: '`report`: it was taken; `enforce`: answered 403',
    },
  },
  'event.tracked': {
    level: 'info',
    promises: [2],
    means: 'An event is in its timeline, and what it calls for is under way.',
    fields: {
      type: 'its type',
      'fact?': 'what it states, where the catalogue has its type',
      id: 'the id of its letter, attachment or notification order',
      event: 'its own id',
      via,
    },
  },
  'event.duplicate': {
    level: 'info',
    promises: [2, 3],
    means: 'An event that was in its timeline already, and calls for nothing.',
    fields: { type: 'its type', id: 'the id of its letter', event: 'its own id', via },
  },
  'event.unknown-type': {
    level: 'warn',
    promises: [6],
    means: 'An event of a type that the catalogue does not have was kept.',
    fields: { type: 'its type' },
  },
  'message.dead-lettered': {
    level: 'error',
    promises: [2],
    means: 'A message cannot be processed: it is in the table `deadletters`, with its reason.',
    fields: { queue, 'ageSeconds?': ageSeconds, 'event?': 'the id of the event', reason },
  },
  'message.retried': {
    level: 'info',
    warnsWhen: ['fault'],
    promises: [2, 6],
    means: 'A message comes again later. It is hidden on its queue until then.',
    fields: {
      queue,
      attempt: 'which try it was',
      delaySeconds: 'until the next one',
      'ageSeconds?': ageSeconds,
      fault: '`false` where that was to be expected, as while somebody else is at it',
      reason,
    },
  },
  'message.redriven': {
    level: 'warn',
    promises: [2],
    means: 'The host gave up on a message, as when the process died over it, and it was put back.',
    fields: {
      queue,
      attempt: 'which try it was',
      delaySeconds: 'until the next one',
      'ageSeconds?': ageSeconds,
    },
  },
  'message.surplus-dropped': {
    level: 'info',
    promises: [3],
    means: 'A message was on its queue twice, and one was enough.',
    fields: { queue, attempt: 'which try it was' },
  },
  'follow-up.opened': {
    level: 'info',
    promises: [4],
    means: 'An event opened a follow-up, or the time of a watchdog came. It waits for its time.',
    fields: { kind, id: letter, via },
  },
  'follow-up.early': {
    level: 'info',
    promises: [4],
    means: 'A follow-up was looked at before its time, and waits on.',
    fields: { kind, id: letter, until: 'RFC 3339 in UTC', 'reason?': 'for what it waits' },
  },
  'follow-up.waiting': {
    level: 'warn',
    promises: [4, 7],
    means: 'Altinn did not answer about a letter, and is asked again, later each time.',
    fields: { kind, id: letter, waitedSeconds: 'since Altinn fell silent about it', reason },
  },
  'follow-up.notified': {
    level: 'info',
    promises: [4],
    means: 'A channel took the opening step of a follow-up.',
    fields: {
      kind,
      id: letter,
      step: 'the key of the step',
      channel,
      'checkedWithAltinn?': '`false` where Altinn did not answer in time',
    },
  },
  'follow-up.escalated': {
    level: 'info',
    promises: [4],
    means: 'A channel took a later step of a follow-up.',
    fields: {
      kind,
      id: letter,
      step: 'the key of the step',
      channel,
      'checkedWithAltinn?': '`false` where Altinn did not answer in time',
    },
  },
  'follow-up.suppressed': {
    level: 'info',
    promises: [4],
    means: 'A follow-up was settled, or found not to be called for, before anybody was notified.',
    fields: { kind, id: letter, reason: 'the fact, `notCalledFor` or `beforeFollowUpSince`' },
  },
  'follow-up.closed': {
    level: 'info',
    promises: [4],
    means: 'A follow-up that somebody was notified of is settled, and its channel took that.',
    fields: { kind, id: letter, 'reason?': 'the fact' },
  },
  'follow-up.closed-by-person': {
    level: 'info',
    promises: [4],
    means: 'A person closed a follow-up: it takes no step any more. Who, and why, is in its history alone.',
    fields: { kind, id: letter },
  },
  'follow-up.snoozed': {
    level: 'info',
    promises: [4],
    means: 'A person put a follow-up off.',
    fields: { kind, id: letter, until: 'RFC 3339 in UTC' },
  },
  'follow-up.reopened': {
    level: 'info',
    promises: [4],
    means: 'A person opened a follow-up again that was settled or disputed.',
    fields: { kind, id: letter, round: 'how often it has been opened' },
  },
  'follow-up.disputed': {
    level: 'warn',
    promises: [4],
    means: 'Altinn does not know the letter, or does not let us see it. There is a dead letter.',
    fields: { kind, id: letter, reason },
  },
  'follow-up.not-borne-out': {
    level: 'warn',
    promises: [4],
    means: 'An event settles a follow-up, and Altinn does not say so, five questions long.',
    fields: { kind, id: letter },
  },
  'follow-ups.released': {
    level: 'info',
    promises: [4],
    means: 'What is due went on the queue `follow-ups`.',
    fields: {
      released: 'how many',
      more: 'whether more is due than the pace lets through',
      'held?': 'how many wait while Altinn is asked about many at once',
    },
  },
  'follow-ups.replanned': {
    level: 'info',
    promises: [4],
    means: 'The policy has changed, and what waits by the one before is planned anew, some at a time.',
    fields: { sooner: 'how many come sooner than they did', done: '`false` where the next run goes on' },
  },
  'follow-ups.paused': {
    level: 'info',
    promises: [4],
    means: '`FOLLOW_UPS=paused`: no step is taken.',
    fields: {},
  },
  'follow-ups.lists-failed': {
    level: 'warn',
    promises: [7],
    means: "Altinn's lists could not be asked about many letters at once: they are asked about one by one.",
    fields: { reason },
  },
  'follow-ups.gathered': {
    level: 'info',
    promises: [4],
    means: 'Messages of a channel that has had enough of them in an hour were made into a digest.',
    fields: { channel, type: '`opened` or `closed`', count: 'how many follow-ups it is about' },
  },
  'digest.sent': {
    level: 'info',
    promises: [4],
    means: 'A channel took a part of a digest.',
    fields: {
      digest: 'its id',
      channel,
      type: '`opened` or `closed`',
      part: 'which part it was, from 1',
      parts: 'of how many',
      items: 'how many follow-ups it names',
    },
  },
  'digest.checked': {
    level: 'info',
    promises: [4, 7],
    means: "Altinn's lists were asked about the letters of a digest, right before it is sent.",
    fields: {
      digest: 'its id',
      answer: '`known` or `silent`',
      requests: 'how many lists were asked for',
      settled: 'how many of its letters they settle, which it does not name',
      'reason?': 'why Altinn did not answer',
    },
  },
  'digest.failed': {
    level: 'warn',
    promises: [4],
    means: 'A channel did not take a part of a digest. It is sent again for as long as that lasts.',
    fields: { digest: 'its id', channel, items: 'how many', tries: 'how often in a row', reason },
  },
  'channel.logged': {
    level: 'warn',
    promises: [4],
    means: 'The step of a follow-up, where no channel but the log is set.',
    fields: {
      step: '`follow-up.opened` or `follow-up.closed`',
      followUpId: 'stable, and the same for both steps',
      kind,
      correspondenceId: letter,
      'resource?': resource,
      'recipient?': 'redacted, where it is a person',
      'since?': 'when the fact that opened it happened',
      'dueAt?': 'by what date Altinn says that it was due',
      'published?': 'when Altinn says that it was published',
      status: 'of the letter',
      'checkedWithAltinn?': 'whether Altinn was asked right before',
      'reason?': 'the fact that settled it',
    },
  },
  'channel.failed': {
    level: 'warn',
    promises: [4],
    means: 'A channel did not take a step. It is sent again for as long as that lasts.',
    fields: { kind, id: letter, channel, tries: 'how often in a row', reason },
  },
  'follow-up.step-failed': {
    level: 'error',
    promises: [4],
    means:
      'A step was given up because its channel did not take it: the next step of the policy takes its place, or, of a closing, the channel does not hear of it.',
    fields: {
      kind,
      id: letter,
      step: 'the key of the step, or `closing`',
      channel,
      tries: 'how often in a row',
      reason,
    },
  },
  'altinn.answered': {
    level: 'info',
    promises: [4, 7],
    means: 'Altinn was asked about a letter.',
    fields: {
      answer: '`known`, `disputed`, or `silent`',
      ms: 'how long that took, without waiting for its turn',
    },
  },
  'token.refused': {
    level: 'error',
    promises: [4],
    means: 'Maskinporten or Altinn gives no token, and will not before somebody does something about it.',
    fields: { fault: 'what it is about: the client, a scope, the key …', reason },
  },
  'reconcile.finished': {
    level: 'info',
    warnsWhen: ['late'],
    promises: [2],
    means: 'Events were pulled; those that the push had not brought are on the queue.',
    fields: {
      resource,
      'subunit?': subunit,
      pulled: 'how many were looked at',
      missing: 'how many the push had not brought',
      late: 'how many of those are older than a quarter of an hour, so that it had the time',
      checkpointGone: 'whether Altinn no longer had the checkpoint',
      complete: 'whether it came to the end',
    },
  },
  'reconcile.failed': {
    level: 'error',
    promises: [2],
    means: 'Events could not be pulled. The next run goes on from there.',
    fields: { resource, 'subunit?': subunit, reason },
  },
  'reconcile.skipped': {
    level: 'info',
    promises: [2],
    means: 'A resource was left to the next run, or to another instance.',
    fields: { resource, 'subunit?': subunit, reason: '`out of time`, or `another instance is at it`' },
  },
  'reconcile.checkpoint-gone': {
    level: 'error',
    promises: [2],
    means: 'Altinn no longer has the checkpoint, as after 90 days: it catches up by itself.',
    fields: { resource, 'subunit?': subunit, 'from?': 'since when' },
  },
  'push.silent': {
    level: 'warn',
    promises: [1, 2],
    means: 'The push brought none of the latest events. The pull brings them, an hour late.',
    fields: { resource, 'subunit?': subunit, since: 'RFC 3339 in UTC', causes: 'what it may be' },
  },
  'subscription.validated': {
    level: 'info',
    promises: [1],
    means: "Altinn's validation event was answered with 200.",
    fields: { 'subscription?': 'its number' },
  },
  'subscription.checked': {
    level: 'info',
    warnsWhen: ['absent'],
    promises: [1],
    means: "Altinn was asked for our organization's subscriptions to a resource's events.",
    fields: {
      resource,
      validated: 'how many are validated',
      unvalidated: 'how many are not',
      absent: 'whether none is validated, so that nothing is pushed',
    },
  },
  'subscription.unchecked': {
    level: 'warn',
    promises: [1],
    means: 'Altinn did not tell our subscriptions.',
    fields: { reason },
  },
  'audit.begun': {
    level: 'info',
    promises: [2],
    means: "The night's audits are on their queue.",
    fields: { resources: 'how many', windows: 'how many messages' },
  },
  'audit.finished': {
    level: 'info',
    warnsWhen: ['missing', 'incomplete'],
    promises: [2],
    means: 'Altinn was asked for the letters of a day; what no event had told is on the queue.',
    fields: {
      resource,
      'subunit?': subunit,
      from: 'the first publication that was asked for, RFC 3339 in UTC',
      to: 'the last one',
      letters: 'how many were looked at',
      missing: 'how many facts no event had told',
      unverified: 'how many facts were known by a push alone',
      incomplete: 'how many windows had more letters than Altinn names',
      requests: 'how many were made',
    },
  },
  'send-condition.answered': {
    level: 'info',
    promises: [4],
    means: 'Altinn Notifications asked whether to send a reminder, and was answered.',
    fields: {
      kind,
      id: letter,
      send: 'what was answered',
      from: '`altinn`: what it says at this moment; `facts`: what it said before',
      reason,
    },
  },
  'send-condition.unanswered': {
    level: 'warn',
    promises: [4],
    means:
      'Whether to send a reminder could not be told, and the answer was 503: Altinn Notifications asks once more after a minute, and then sends.',
    fields: { 'kind?': kind, 'id?': letter, reason },
  },
  'send-condition.refused': {
    level: 'warn',
    promises: [4, 5],
    means: 'Somebody without a token of Altinn Notifications asked about a reminder, and was answered 401.',
    fields: { reason },
  },
  'queue.measured': {
    level: 'info',
    promises: [2, 7],
    means: 'A queue, every five minutes. That there is none of these means that nothing runs.',
    fields: {
      queue,
      length: 'how many messages, hidden ones too',
      oldestSeconds: 'the age of the oldest that can be seen, 0 where there is none',
      poison: 'how many the host gave up on, and nobody has put back yet',
    },
  },
  'due.measured': {
    level: 'info',
    promises: [4, 7],
    means: 'What is due in the table `due`, and not released.',
    fields: {
      due: 'how many, counted to 5,000',
      oldestSeconds: 'for how long the first has been due, 0 where there is none',
    },
  },
  'dead-letters.measured': {
    level: 'info',
    promises: [2],
    means: 'The dead letters of a queue.',
    fields: { queue, count: 'how many, counted to 5,000' },
  },
  'storage.failed': {
    level: 'error',
    promises: [1, 2],
    means: 'Storage did not answer.',
    fields: { service: 'what of it: `queues` or `tables`', reason },
  },
} as const satisfies Record<string, Declaration>;
