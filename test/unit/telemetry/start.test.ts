import type { app } from '@azure/functions';
import { context, diag } from '@opentelemetry/api';
import { afterEach, expect, it, vi } from 'vitest';
import { startTelemetry } from '../../../functions/telemetry/start.ts';

vi.mock('../../../functions/telemetry/outgoing-requests.ts', () => ({ traceRequests() {} }));

afterEach(() => {
  context.disable();
  diag.disable();
});

/** An app that writes down, in order, what is done to it. */
function fakeApp(registerLogHook = () => {}) {
  const done: unknown[] = [];
  const hook = {
    log() {
      registerLogHook();
      done.push('log');
    },
    preInvocation: () => done.push('preInvocation'),
    appTerminate: () => done.push('appTerminate'),
  };
  const setup = (options: object) => done.push(options);
  return { done, app: { hook, setup } as unknown as typeof app };
}

it('has the host leave the log to it only once it takes the log', () => {
  const { app, done } = fakeApp();
  startTelemetry(app);
  expect(done).toEqual([
    'log',
    'preInvocation',
    'appTerminate',
    { capabilities: { WorkerOpenTelemetryEnabled: true } },
  ]);
});

it('leaves the log to a host that has no log hooks', () => {
  const { app, done } = fakeApp(() => {
    throw new Error('Log hooks require Azure Functions Host v4.34 or higher.');
  });
  expect(() => startTelemetry(app)).toThrow('Log hooks require');
  expect(done).toEqual([]);
});
