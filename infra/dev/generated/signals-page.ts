import type { Declaration } from '../../../shared/signals/declaration.ts';
import { signals } from '../../../shared/signals/declared.ts';
import { origin, table } from './markdown.ts';

/** docs/signals.md. */
export function signalsPage(): string {
  const sections = Object.entries<Declaration>(signals).map(section);
  return `${[origin('shared/signals/declared.ts'), intro, overview(), telemetry, ...sections].join('\n\n')}\n`;
}

const intro = `# Signals

What does the receiver say of itself, and how is it read?

Each line of the function app's log is a signal: its name, then its fields as \`name=value\`. A value with a blank is in quotes. Names and fields stay as they are from version to version; new ones may come. No value names a person. The lines of your own [reactions](reactions.md) are beside them.

Every line ends with \`trace=\`, 32 hexadecimal digits, the same for one event from the webhook's request through every queue and wait to the channel's call, which gets it as \`traceparent\`.

In Application Insights, where \`parse-kv\` reads the fields:

\`\`\`kusto
AppTraces
| where Message startswith "message.retried "
| parse-kv Message as (queue: string, attempt: int, ageSeconds: long, reason: string, trace: string) with (pair_delimiter=" ", kv_delimiter="=", quote="\\"")
\`\`\`

Application Insights samples log lines unless \`Trace\` is among \`excludedTypes\` in \`host.json\`, as it is here: sampled lines are no count. \`host.json\` also leaves out what the host itself says of each function (\`Function\` at \`Warning\`), which would cost more than the signals.`;

const telemetry = `## OpenTelemetry

Set [\`OPEN_TELEMETRY\`](settings.md#opentelemetry) to \`otlp\` and \`OTEL_EXPORTER_OTLP_ENDPOINT\` to your collector, and the log and its traces go there by OTLP over HTTP, as JSON. It is off by default: [a start takes longer](benchmarks.md#starting) with it.

| what | is |
|---|---|
| a log record | one line as above, with its function as \`faas.name\`, its invocation as \`faas.invocation_id\`, and its span |
| a span of each invocation | named for its function. That of a queue message continues the trace of the request that the message began with, and links to the host's. So one trace goes from the webhook's request through every queue and wait to the channel's call |
| a span of each request that a function makes | to storage, Altinn, Maskinporten, your webhook, and your reactions' own. It holds no query, header or body, and persons are masked in it |

The exporter reads \`OTEL_EXPORTER_OTLP_HEADERS\`, \`…_TIMEOUT\`, \`…_COMPRESSION\`, \`…_CERTIFICATE\` and their forms for logs and traces alone, \`OTEL_SERVICE_NAME\` and \`OTEL_RESOURCE_ATTRIBUTES\`. Keep a key that is among the headers in Key Vault. Every trace is exported: sample in the collector.

The host exports its own spans, and hands its lines on, where you set \`AzureFunctionsJobHost__telemetryMode\` to \`OpenTelemetry\`. It speaks gRPC unless \`OTEL_EXPORTER_OTLP_PROTOCOL\` is \`http/protobuf\`. It then no longer gives the lines of functions to Application Insights: they are in your collector alone, and whatever looks for them in \`AppTraces\` finds none. Without it they are in both.

A collector that is slow or down holds nothing up. 2,048 records of each kind wait for it; what comes beyond them is dropped, and a line of stderr says so, \`Warning: OpenTelemetry: …\`, at most every ten minutes. It was tried against a simulated collector, and not in Azure.`;

function overview(): string {
  const row = ([name, { level, warnsWhen = [], promises }]: [string, Declaration]) => {
    const when = warnsWhen.map((field) => `\`${field}\``).join(' or ');
    return [
      `[\`${name}\`](#${anchor(name)})`,
      when ? `${level}; warn where ${when} is not 0 or \`false\`` : level,
      promises.map((number) => promiseNames[number - 1]).join(', '),
    ];
  };
  return table(['signal', 'level', 'tells of'], Object.entries<Declaration>(signals).map(row));
}

/** The promises of docs/guarantees.md, in its order. */
export const promiseNames = [
  'durable',
  'accounted for',
  'order and repetition',
  'no false alarm',
  'nothing personal',
  'the unknown',
  'scale and politeness',
] as const;

function section([name, { means, fields }]: [string, Declaration]): string {
  const rows = Object.entries(fields).map(([field, is]) => [`\`${field.replace('?', '')}\``, is]);
  const heading = `## ${name}\n\n${means}`;
  return rows.length === 0 ? heading : `${heading}\n\n${table(['field', 'is'], rows)}`;
}

const anchor = (name: string) => name.replaceAll('.', '');
