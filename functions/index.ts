import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { app } from '@azure/functions';
import { readConfiguration } from '../shared/settings/configuration.ts';
import { poisonOf } from '../shared/storage/stores.ts';
import { compose } from './compose.ts';
import { loadTelemetry } from './telemetry/load.ts';

// Registered before the configuration is read: the worker reports an entry point's error only where there is a
// function already, and otherwise shows an app with no functions. Source: Azure/azure-functions-nodejs-worker,
// `startApp.ts` and `FunctionsMetadataHandler.ts`.
app.http('health', {
  route: 'health',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: (request, context) => health(request, context),
});

const configuration = readConfiguration(process.env, dirname(fileURLToPath(import.meta.url)));
const {
  connection,
  health,
  receiveEvents,
  sendCondition,
  consumers,
  timers,
  readStatus,
  people,
  ...composed
} = compose(configuration, process.env);
const warnings = [...composed.warnings, ...loadTelemetry(configuration.telemetry)];

// The host logs a line of stderr that holds "warn" as a warning; there is no context to log with before an
// invocation. Source: Azure/azure-functions-host, `WorkerProcess.cs`.
for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);

app.http('receive-events', {
  route: 'events',
  methods: ['POST'],
  authLevel: 'function',
  handler: receiveEvents,
});

for (const [name, { queue, handle, redrive }] of Object.entries(consumers)) {
  app.storageQueue(name, { queueName: queue, connection, handler: handle });
  app.storageQueue(`redrive-${queue}`, { queueName: poisonOf(queue), connection, handler: redrive });
}

for (const [name, timer] of Object.entries(timers)) app.timer(name, timer);

for (const [name, collection, about] of [
  ['read-status', 'correspondences', 'correspondence'],
  ['read-status-of-attachment', 'attachments', 'attachment'],
  ['read-status-of-notification-order', 'notification-orders', 'notification-order'],
] as const) {
  app.http(name, {
    route: `${collection}/{id}`,
    methods: ['GET'],
    authLevel: 'function',
    handler: readStatus(about),
  });
}

// Altinn Notifications has no key of ours: the token that it brings is verified by the handler.
app.http('send-condition', {
  route: 'correspondences/{id}/send-condition/{kind}',
  methods: ['GET'],
  authLevel: 'anonymous',
  handler: sendCondition,
});

for (const [name, { method, route, handler }] of Object.entries(people)) {
  app.http(name, { route, methods: [method], authLevel: 'function', handler });
}
