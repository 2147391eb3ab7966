import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alerts, type LogAlert } from '../../../infra/dev/generated/alerts.ts';
import { queriesOf } from '../../../infra/dev/generated/queries.ts';
import { analyze } from '../../support/kusto.ts';

const all = alerts();
const onLog = all.filter((alert): alert is LogAlert => 'operator' in alert);
const texts = new Map(queriesOf('alerts').map(({ name, text }) => [name, text]));

const read = (name: string) => readFileSync(`docs/runbooks/${name}.md`, 'utf8');

/** Azure's own steps. Source: Microsoft.Insights/scheduledQueryRules, as the portal offers them. */
const steps = [
  'PT5M',
  'PT10M',
  'PT15M',
  'PT30M',
  'PT45M',
  'PT1H',
  'PT2H',
  'PT3H',
  'PT4H',
  'PT5H',
  'PT6H',
  'P1D',
];

describe('an alert', () => {
  it.each(onLog)('$name has its query, and what it measures is one of its columns', ({ name, measure }) => {
    const query = texts.get(name);
    expect(query).toBeDefined();
    if (measure) expect(analyze(query as string).columns).toContain(measure.column);
  });

  it.each(all)('$name says how grave it is, and when it is looked at', ({ severity, every, over }) => {
    expect([0, 1, 2, 3, 4]).toContain(severity);
    expect(steps).toContain(every);
    // What falls between two looks would never be seen.
    expect(steps.indexOf(over)).toBeGreaterThan(steps.indexOf(every));
  });

  it.each(all)('$name has its runbook', ({ name, title }) => {
    const page = read(name);
    expect(page.startsWith(`# ${name}\n\n${title}.\n`)).toBe(true);
    expect(page.match(/^## .+$/gm)).toEqual([
      '## What it means for letters',
      '## How to look',
      '## What to do',
      '## How to know that it is over',
    ]);
  });

  it('on the log is not looked at more often than every quarter of an hour: that is the cheapest step', () => {
    expect(onLog.filter(({ every }) => steps.indexOf(every) < steps.indexOf('PT15M'))).toEqual([]);
  });

  it('has a name that no other has, and that Azure takes', () => {
    for (const { name } of all) expect(name).toMatch(/^[a-z][a-z-]{1,60}[a-z]$/);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
  });
});

describe('nothing is left over', () => {
  it('no query', () => {
    expect([...texts.keys()].sort()).toEqual(onLog.map(({ name }) => name).sort());
  });

  it('no runbook', () => {
    const pages = readdirSync('docs/runbooks').filter((file) => file !== 'README.md');
    expect(pages.sort()).toEqual(all.map(({ name }) => `${name}.md`).sort());
  });
});

describe('the queries that runbooks cite', () => {
  const cited = all.flatMap(({ name }) =>
    [...read(name).matchAll(/^```\n((?:App\w+|Usage) \|.+)\n```$|`((?:App\w+|Usage) \|[^`]+)`/gm)].map(
      ([, block, inline]) => (block ?? inline) as string,
    ),
  );

  it('are KQL that Azure understands', () => {
    expect(cited.length).toBeGreaterThan(3);
    expect(cited.flatMap((query) => analyze(query).problems)).toEqual([]);
  });
});

describe('the dead man’s switch', () => {
  const { operator, threshold, measure } = onLog.find(({ name }) => name === 'no-measurements') as LogAlert;

  it('fires when there is no row: what counts them gives one row, with 0', () => {
    const query = texts.get('no-measurements') as string;
    expect(query.trimEnd().endsWith('| summarize Measurements = count()')).toBe(true);
    expect({ operator, threshold, measure }).toEqual({
      operator: 'LessThan',
      threshold: 1,
      measure: { column: 'Measurements', aggregation: 'Total' },
    });
  });
});

describe('the modules', () => {
  it.each(['alerts', 'workbook'])('%s.bicep reads files that are there', (name) => {
    const text = readFileSync(`infra/azure/modules/${name}.bicep`, 'utf8');
    const files = [...text.matchAll(/load\w+Content\('\.\.\/([^']+)'\)/g)].map(([, file]) => file);
    expect(files.length).toBeGreaterThan(0);
    expect(files.filter((file) => !existsSync(`infra/azure/${file}`))).toEqual([]);
  });
});
