import { eventsOfLetter, eventsPerLetter, type Figure, figures, rowsOf } from '../../azure/cost/figures.ts';
import type { Price } from '../../azure/cost/price.ts';
import {
  agency,
  currency,
  lettersOf,
  millionEvents,
  monthOf,
  municipality,
  prices,
  workload,
} from './cost-cases.ts';
import { knobs } from './cost-knobs.ts';
import { origin, table } from './markdown.ts';

/** docs/cost.md. */
export function costPage(): string {
  return `${origin('infra/azure/prices.json and infra/azure/cost')}

# Cost

What does it cost in Azure, and what decides that?

No bill has been seen: this is computed, from list prices without tax, what was measured, and what is assumed. To put in your own prices, change \`infra/azure/prices.json\`, and \`npm run generate\` writes this page again.

${currency} a month: a municipality with 10,000 letters, whose events come one by one, and an agency with 10 million, whose events come many in a second. The last columns are what a million events add, by how they come.

${sums()}

${summary()}

## What decides it

${table(['knob', `${currency} a month`], knobs())}

## The formula

Each line is what is used, times its price. What is free is taken off once: ${free()}.

- **Execution**: an execution for \`receive-events\`, one for \`track-events\`, one for each look at a follow-up and each run of a timer. An instance is billed its memory for the time that it is active, ${figures.shortestSeconds.value} s at least. Executions that come alone pay that second each. Those that come together share it: then what is paid is the processor's time, which costs the same at either memory, since the processor goes with the memory. The municipality is near the first end, the agency near the second.
- **Storage**: three queue operations a message; the table operations of [Benchmarks](benchmarks.md#storage-operations), and one more for an event that is pulled.
- **Polling**: an instance without work asks its queue every ${figures.pollSeconds.value} s, and Azure's scaling looks at every queue, those of poison messages too.
- **Log**: ${rowsOf.receive + rowsOf.track} rows an event. Yours is told by \`AppTraces | summarize count(), avg(_BilledSize) by Function = tostring(Properties.Category)\`.

## What it rests on

A letter has ${eventsPerLetter.toFixed(1)} events: ${eventsOfLetter.map(({ name, share }) => `${name} ${share}`).join(', ')}. Each attachment adds two. A letter without a due date is never "never read". The credentials are set, so that events are pulled and letters audited. These numbers are in \`infra/azure/cost/figures.ts\`.

${table(['figure', 'number', 'how it is known'], Object.values<Figure>(figures).map(figureRow))}

## Prices

Of several regions, as sources were found. "As of" is when a source was last changed, or read where it does not say; the price in it may be older. Check them by [Azure's price list](https://prices.azure.com/api/retail/prices?$filter=armRegionName%20eq%20'westeurope'%20and%20serviceName%20eq%20'Functions') and your agreement.

${table(['price', currency, 'for', 'region', 'as of', 'source'], Object.values<Price>(prices).map(priceRow))}

Not counted, for it is cents or nobody has measured it: Key Vault, the package in its container, leases and other reads of the host, data out to your webhook, the rows of metrics and dependencies, a log that is kept for more than 90 days, mails of alerts, and your own reactions.
`;
}

const money = (amount: number | undefined) =>
  amount?.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 }) ?? '';

function sums(): string {
  const bills = [
    monthOf(workload(municipality, 512)),
    monthOf(workload(municipality, 2048)),
    monthOf(workload(agency, 512)),
    monthOf(workload(agency, 2048)),
    lettersOf(workload(millionEvents('alone'), 512)),
    lettersOf(workload(millionEvents('alone'), 2048)),
    lettersOf(workload(millionEvents('together'), 512)),
  ];
  const lines = [...new Set(bills.flatMap((bill) => Object.keys(bill.lines)))];
  const rows = lines.map((line) => [line, ...bills.map((bill) => money(bill.lines[line]))]);
  return table(
    [
      '',
      'municipality, 512 MB',
      '2,048 MB',
      'agency, 512 MB',
      '2,048 MB',
      'a million, alone, 512 MB',
      'alone, 2,048 MB',
      'together, 512 MB',
    ],
    [...rows, ['**Sum**', ...bills.map(({ sum }) => `**${money(sum)}**`)]],
  );
}

/** What is the most of each bill. */
function summary(): string {
  const most = (of: Parameters<typeof workload>[0]) => {
    const { lines, sum } = monthOf(workload(of, 2048));
    const [line = '', cost = 0] = Object.entries(lines).sort(([, one], [, other]) => other - one)[0] ?? [];
    return `${line.toLowerCase()}, ${Math.round((100 * cost) / sum)} percent`;
  };
  return `At 2,048 MB the most of the municipality's bill is ${most(municipality)}, and of the agency's ${most(agency)}.`;
}

function free(): string {
  const of = ({ free, unit }: Price) => free && `${free.toLocaleString('en-GB')} ${unit}`;
  const [last, ...others] = Object.values<Price>(prices).map(of).filter(Boolean).reverse();
  return `${others.reverse().join(', ')} and ${last} of log, shared by the whole subscription or billing account`;
}

const figureRow = ({ value, is, known }: Figure) => [is, value.toLocaleString('en-GB'), known];

function priceRow({ name, amount, per, unit, region, date, source }: Price): string[] {
  const what = per === 1 ? unit : `${per.toLocaleString('en-GB')} ${unit}`;
  const page = source.startsWith('https://') ? `[${new URL(source).hostname}](${source})` : source;
  return [name, String(amount), what, region, date, page];
}
