import { app } from '@azure/functions';
import { makeCorrespondence } from '../shared/altinn/api/correspondence.ts';
import { makeEvents } from '../shared/altinn/api/events.ts';
import { makePlatform } from '../shared/altinn/api/platform.ts';
import { writeScope } from '../shared/altinn/auth/scopes.ts';
import { makeTokens } from '../shared/altinn/auth/tokens.ts';
import { makeAskAltinn } from '../shared/follow-ups/ask-altinn.ts';
import { logChannel } from '../shared/follow-ups/channels/log.ts';
import { webhookChannel } from '../shared/follow-ups/channels/webhook.ts';
import { followUpReactions } from '../shared/follow-ups/open-and-close.ts';
import { makeParked } from '../shared/queue/dead-letters.ts';
import { Checkpoints } from '../shared/reconcile/checkpoints.ts';
import { subjectOf } from '../shared/settings/altinn.ts';
import { readConfiguration } from '../shared/settings/configuration.ts';
import { connectStorage } from '../shared/storage/connect.ts';
import { Timeline } from '../shared/tracking/timeline.ts';
import { makeFollowUp, makeTakeBackFollowUps } from './follow-up.ts';
import { makeHealth } from './health.ts';
import { ownReactions } from './reactions.ts';
import { makeReadStatus } from './read-status.ts';
import { makeReceiveEvents } from './receive-events.ts';
import { makeReconcileEvents } from './reconcile-events.ts';
import { makeTakeBackEvents, makeTrackEvents } from './track-events.ts';

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
const storage = connectStorage(configuration.storage);
const events = storage.queue('correspondence-events');
const followUps = storage.queue('follow-ups');
const table = storage.table('timeline');
const parked = storage.table('deadletters');

const { callers, resources, followUp, altinn, reconcile } = configuration;
const platform = altinn && makePlatform({ environment: altinn.environment, tokens: makeTokens(altinn) });
const askAltinn =
  platform && altinn.scopes.includes(writeScope)
    ? makeAskAltinn({ correspondence: makeCorrespondence(platform), queue: events })
    : undefined;

const timeline = new Timeline(table);
const reactions = [
  followUpReactions({ timeline, queue: followUps, grace: followUp.graceMs / 1000 }),
  ownReactions,
];
const channel = followUp.webhook ? webhookChannel(followUp.webhook) : logChannel;
const eventDeps = { timeline, reactions, resources, queue: events, parked: makeParked(parked, events.name) };
const followUpDeps = {
  timeline,
  channel,
  askAltinn,
  queue: followUps,
  parked: makeParked(parked, followUps.name),
};

const health = makeHealth({ queue: events, table });

app.http('receive-events', {
  route: 'events',
  methods: ['POST'],
  authLevel: 'function',
  handler: makeReceiveEvents({ queue: events, callers }),
});

app.storageQueue('track-events', { queueName: events.name, connection, handler: makeTrackEvents(eventDeps) });
app.storageQueue('take-back-events', {
  queueName: `${events.name}-poison`,
  connection,
  handler: makeTakeBackEvents(eventDeps),
});

app.storageQueue('follow-up', { queueName: followUps.name, connection, handler: makeFollowUp(followUpDeps) });
app.storageQueue('take-back-follow-ups', {
  queueName: `${followUps.name}-poison`,
  connection,
  handler: makeTakeBackFollowUps(followUpDeps),
});

if (platform && resources.length > 0) {
  const checkpoints = new Checkpoints(storage.table('checkpoints'));
  app.timer('reconcile-events', {
    schedule: reconcile.schedule,
    handler: makeReconcileEvents({
      ...eventDeps,
      events: makeEvents(platform),
      subject: subjectOf(altinn),
      checkpoints,
    }),
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
    handler: makeReadStatus({ timeline, about }),
  });
}
