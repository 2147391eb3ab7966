import { randomBytes, randomUUID } from 'node:crypto';
import { tracingChannel } from 'node:diagnostics_channel';
import type { App, RegisteredFunction, TypedData } from './core.ts';
import { describeError, type Level } from './log.ts';

/** What a trigger hands to its function. */
export interface Trigger {
  readonly input: TypedData;
  readonly metadata?: Record<string, TypedData>;
  /** The caller's W3C `traceparent`, when it sent one. */
  readonly traceparent?: string | undefined;
}

/** Threw, or returned this. */
export type Outcome =
  | { readonly ok: true; readonly value: TypedData | null | undefined }
  | { readonly ok: false };

/** Tells of each invocation, with its function's name: a played story knows by it when something is in hand. */
const invocations = tracingChannel<'host.invocation', { name: string }>('host.invocation');

/** The name and the options of a function's trigger. */
export function triggerOf(fn: RegisteredFunction) {
  const [entry] = Object.entries(fn.bindings).filter(([, { type }]) => /trigger$/i.test(type));
  if (!entry) throw new Error(`Function "${fn.name}" has no trigger`);
  return { name: entry[0], options: entry[1] };
}

/**
 * Runs a function once with its hooks, in the order of the worker's InvocationHandler.ts; the conversion to
 * and from the app's own objects is the library's. Never throws: what is thrown is logged once, with its stack.
 */
export async function invoke(app: App, fn: RegisteredFunction, trigger: Trigger): Promise<Outcome> {
  try {
    const value = await invocations.tracePromise(() => run(app, fn, trigger), { name: fn.name });
    return { ok: true, value };
  } catch (error) {
    app.log('error', fn.name, describeError(error));
    return { ok: false };
  }
}

async function run(app: App, fn: RegisteredFunction, trigger: Trigger) {
  const invocationId = randomUUID();
  const hookData = {};
  let invocationContext: unknown;
  const core = {
    invocationId,
    metadata: { name: fn.name, bindings: fn.bindings },
    request: {
      invocationId,
      functionId: fn.name,
      inputData: [{ name: triggerOf(fn).name, data: trigger.input }],
      triggerMetadata: trigger.metadata,
      traceContext: { traceParent: childOf(trigger.traceparent), traceState: '', attributes: {} },
    },
    state: undefined as string | undefined,
    log: (level: Level, category: string, message: string) =>
      app.workerLog(fn.name, { level, category, message, hookData, invocationContext }),
  };
  const model = app.model.getInvocationModel(core);
  const { context, inputs } = await model.getArguments();
  invocationContext = context;
  const shared = { hookData, appHookData: app.appHookData, invocationContext: context };

  const before = { ...shared, inputs, functionCallback: fn.callback };
  core.state = 'preInvocationHooks';
  await app.runHooks('preInvocation', before);

  const after = { ...shared, inputs: before.inputs, result: null as unknown, error: null as unknown };
  core.state = 'invocation';
  try {
    after.result = await model.invokeFunction(context, before.inputs, before.functionCallback);
  } catch (error) {
    after.error = error ?? new Error(`the function threw ${error}`);
  }
  core.state = 'postInvocationHooks';
  await app.runHooks('postInvocation', after);
  core.state = undefined;

  if (after.error !== null && after.error !== undefined) throw after.error;
  return (await model.getResponse(context, after.result)).returnValue;
}

/** A new span in the caller's trace, or in a trace of its own. */
function childOf(traceparent: string | undefined): string {
  const trace = /^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/.exec(traceparent ?? '')?.[1];
  return `00-${trace ?? randomBytes(16).toString('hex')}-${randomBytes(8).toString('hex')}-00`;
}
