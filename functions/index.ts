import { app } from '@azure/functions';
import { makeCorrespondence } from '../shared/altinn/api/correspondence.ts';
import { makeEvents } from '../shared/altinn/api/events.ts';
import { makePlatform } from '../shared/altinn/api/platform.ts';
import { serviceOwnerScope, writeScope } from '../shared/altinn/auth/scopes.ts';
import { makeTokens } from '../shared/altinn/auth/tokens.ts';
import { Pace } from '../shared/altinn/pace.ts';
import { whoseEvents } from '../shared/altinn/whose.ts';
import { logChannel } from '../shared/follow-ups/channels/log.ts';
import { webhookChannel } from '../shared/follow-ups/channels/webhook.ts';
import { DueFollowUps } from '../shared/follow-ups/due.ts';
import { openAndClose } from '../shared/follow-ups/open-and-close.ts';
import { makeAskAltinn } from '../shared/follow-ups/question.ts';
import { makeSince } from '../shared/follow-ups/since.ts';
import { FollowUps } from '../shared/follow-ups/store.ts';
import type { Consumer } from '../shared/queue/consumer.ts';
import { DeadLetters } from '../shared/queue/dead-letters.ts';
import { Retries } from '../shared/queue/retries.ts';
import { enqueueReactions } from '../shared/reactions/enqueue.ts';
import { makeVerify } from '../shared/reactions/verify.ts';
import { Audits } from '../shared/reconcile/audit/audits.ts';
import { roleOf, scopeFor } from '../shared/reconcile/audit/statuses.ts';
import { Checkpoints } from '../shared/reconcile/checkpoints.ts';
import { readConfiguration } from '../shared/settings/configuration.ts';
import { connectStorage } from '../shared/storage/connect.ts';
import { poisonOf } from '../shared/storage/stores.ts';
import { Timeline } from '../shared/tracking/timeline.ts';
import { makeAuditLetters, makeAuditWindow } from './audit-letters.ts';
import { makeDueFollowUps } from './due-follow-ups.ts';
import { makeFollowUp } from './follow-up.ts';
import { makeHealth } from './health.ts';
import { makeReact } from './react.ts';
import { ownReactions } from './reactions.ts';
import { makeReadStatus } from './read-status.ts';
import { makeReceiveEvents } from './receive-events.ts';
import { makeReconcileEvents } from './reconcile-events.ts';
import { makeTrackEvents } from './track-events.ts';

// Registered before the configuration is read: the worker reports an entry point's error only where there is a
// function already, and otherwise shows an app with no functions. Source: Azure/azure-functions-nodejs-worker,
// `startApp.ts` and `FunctionsMetadataHandler.ts`.
app.http('health', {
  route: 'health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request, context) => health(request, context),
});

const configuration = readConfiguration(process.env);
// The host logs a line of stderr that holds "warn" as a warning; there is no context to log with before an
// invocation. Source: Azure/azure-functions-host, `WorkerProcess.cs`.
for (const warning of configuration.warnings) process.stderr.write(`Warning: ${warning}\n`);

const connection = 'AzureWebJobsStorage';
const { queues, tables } = connectStorage(configuration.storage);
const timeline = new Timeline(tables.timeline);
const followUps = new FollowUps(tables.timeline);
const deadLetters = new DeadLetters(tables.deadLetters);
const common = { deadLetters, retries: new Retries(tables.retries) };

const { callers, resources, followUp, altinn, asking, pausing, reconcile, audit } = configuration;
const platform =
  altinn &&
  makePlatform({
    environment: altinn.environment,
    tokens: makeTokens(altinn),
    maxRate: asking.maxPace,
  });
// Without the scope for writing, a look at a letter would record it as fetched.
const mayAsk = platform && altinn.scopes.includes(writeScope);
const pace = mayAsk ? new Pace(tables.shared, { rate: asking.pace, maxRate: asking.maxPace }) : undefined;
const correspondence = platform && makeCorrespondence(platform, altinn.scopes.includes(serviceOwnerScope));
const askAltinn = pace && correspondence && makeAskAltinn(correspondence, pace);

if (!askAltinn) {
  process.stderr.write(
    'Warning: follow-ups rest on what is pushed: set the credentials to have Altinn asked first\n',
  );
}

const auditing =
  correspondence && altinn.scopes.includes(scopeFor(roleOf(altinn)))
    ? { role: roleOf(altinn), correspondence }
    : undefined;

const due = new DueFollowUps(tables.due);
const since = makeSince(tables.shared, followUp.since);
const paused = pausing.steps === 'paused';
const { graceMs, leaseMs } = followUp;
const consequences = [
  openAndClose({ followUps, due, graceMs, since }),
  enqueueReactions({ reactions: ownReactions, queue: queues.reactions }),
];
const guard = {
  followUps,
  due,
  channel: followUp.webhook ? webhookChannel(followUp.webhook) : logChannel,
  askAltinn,
  events: queues.events,
  graceMs,
  since,
  maxWaitMs: asking.maxWaitMs,
  leaseMs,
  paused,
};

const health = makeHealth({
  queue: queues.events,
  table: tables.timeline,
  followUps: askAltinn ? 'checked with Altinn' : 'on what is pushed',
});

app.http('receive-events', {
  route: 'events',
  methods: ['POST'],
  authLevel: 'function',
  handler: makeReceiveEvents({ queue: queues.events, callers }),
});

const consumers: Readonly<Record<string, Consumer>> = {
  'track-events': makeTrackEvents({ ...common, queue: queues.events, timeline, resources, consequences }),
  'follow-up': makeFollowUp({ ...common, queue: queues.followUps, guard }),
  react: makeReact({ ...common, queue: queues.reactions, reactions: ownReactions }),
  ...(auditing && {
    'audit-window': makeAuditWindow({
      ...common,
      ...auditing,
      queue: queues.audits,
      timeline,
      events: queues.events,
      audits: new Audits(tables.audits),
    }),
  }),
};
for (const [name, { queue, handle, redrive }] of Object.entries(consumers)) {
  app.storageQueue(name, { queueName: queue, connection, handler: handle });
  app.storageQueue(`redrive-${queue}`, { queueName: poisonOf(queue), connection, handler: redrive });
}

app.timer('due-follow-ups', {
  schedule: followUp.schedule,
  handler: makeDueFollowUps({ due, followUps, queue: queues.followUps, leaseMs, pace, since, paused }),
});

if (platform && resources.length > 0) {
  app.timer('reconcile-events', {
    schedule: reconcile.schedule,
    handler: makeReconcileEvents({
      resources,
      events: makeEvents(platform),
      whose: whoseEvents(altinn),
      timeline,
      markVerified: makeVerify({ reactions: ownReactions, timeline, queue: queues.events }),
      queue: queues.events,
      deadLetters,
      checkpoints: new Checkpoints(tables.checkpoints),
    }),
  });
}

if (auditing && resources.length > 0) {
  app.timer('audit-letters', {
    schedule: audit.schedule,
    handler: makeAuditLetters({ resources, role: auditing.role, queue: queues.audits }),
  });
}

for (const [name, collection, about] of [
  ['read-status', 'correspondences', 'correspondence'],
  ['read-status-of-attachment', 'attachments', 'attachment'],
  ['read-status-of-notification-order', 'notification-orders', 'notification-order'],
] as const) {
  app.http(name, {
    route: `${collection}/{id}`,
    methods: ['GET'],
    authLevel: 'function',
    handler: makeReadStatus({ followUps, about }),
  });
}
