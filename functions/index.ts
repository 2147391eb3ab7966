import { app } from '@azure/functions';
import { makeCorrespondence } from '../shared/altinn/api/correspondence.ts';
import { makeEvents } from '../shared/altinn/api/events.ts';
import { makePlatform } from '../shared/altinn/api/platform.ts';
import { writeScope } from '../shared/altinn/auth/scopes.ts';
import { makeTokens } from '../shared/altinn/auth/tokens.ts';
import { whoseEvents } from '../shared/altinn/whose.ts';
import { makeAskAltinn } from '../shared/follow-ups/ask-altinn.ts';
import { logChannel } from '../shared/follow-ups/channels/log.ts';
import { webhookChannel } from '../shared/follow-ups/channels/webhook.ts';
import { openAndClose } from '../shared/follow-ups/open-and-close.ts';
import { FollowUps } from '../shared/follow-ups/store.ts';
import type { Consumer } from '../shared/queue/consumer.ts';
import { DeadLetters } from '../shared/queue/dead-letters.ts';
import { Retries } from '../shared/queue/retries.ts';
import { enqueueReactions } from '../shared/reactions/enqueue.ts';
import { Audits } from '../shared/reconcile/audit/audits.ts';
import { roleOf, scopeFor } from '../shared/reconcile/audit/statuses.ts';
import { Checkpoints } from '../shared/reconcile/checkpoints.ts';
import { readConfiguration } from '../shared/settings/configuration.ts';
import { connectStorage } from '../shared/storage/connect.ts';
import { poisonOf } from '../shared/storage/stores.ts';
import { Timeline } from '../shared/tracking/timeline.ts';
import { makeAuditLetters, makeAuditWindow } from './audit-letters.ts';
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

const { callers, resources, followUp, altinn, reconcile, audit } = configuration;
const platform = altinn && makePlatform({ environment: altinn.environment, tokens: makeTokens(altinn) });
const askAltinn =
  platform && altinn.scopes.includes(writeScope)
    ? makeAskAltinn({ correspondence: makeCorrespondence(platform), queue: queues.events })
    : undefined;
const auditing =
  platform && altinn.scopes.includes(scopeFor(roleOf(altinn)))
    ? { role: roleOf(altinn), correspondence: makeCorrespondence(platform) }
    : undefined;
const channel = followUp.webhook ? webhookChannel(followUp.webhook) : logChannel;
const consequences = [
  openAndClose({ followUps, queue: queues.followUps, graceMs: followUp.graceMs }),
  enqueueReactions({ reactions: ownReactions, queue: queues.reactions }),
];

const health = makeHealth({ queue: queues.events, table: tables.timeline });

app.http('receive-events', {
  route: 'events',
  methods: ['POST'],
  authLevel: 'function',
  handler: makeReceiveEvents({ queue: queues.events, callers }),
});

const consumers: Readonly<Record<string, Consumer>> = {
  'track-events': makeTrackEvents({ ...common, queue: queues.events, timeline, resources, consequences }),
  'follow-up': makeFollowUp({ ...common, queue: queues.followUps, followUps, channel, askAltinn }),
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

if (platform && resources.length > 0) {
  app.timer('reconcile-events', {
    schedule: reconcile.schedule,
    handler: makeReconcileEvents({
      resources,
      events: makeEvents(platform),
      whose: whoseEvents(altinn),
      timeline,
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
