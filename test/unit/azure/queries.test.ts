import { describe, expect, it } from 'vitest';
import { queriesOf } from '../../../infra/dev/generated/queries.ts';
import { readingsOf, undeclaredIn } from '../../support/kql.ts';
import { analyze } from '../../support/kusto.ts';

const queries = [...queriesOf('alerts'), ...queriesOf('tiles')];
const late = queries.find(({ name }) => name === 'late-messages')?.text as string;

describe('a query', () => {
  it.each(queries)('$name is KQL that Azure understands', ({ text }) => {
    expect(analyze(text).problems).toEqual([]);
  });

  it.each(queries)('$name reads only what is logged', ({ text }) => {
    expect(undeclaredIn(text)).toEqual([]);
    // No field is read in a way that this does not see.
    const seen = readingsOf(text).filter(({ fields }) => fields.length > 0);
    expect(seen).toHaveLength(text.split('parse-kv').length - 1);
  });

  it.each(queries)(
    '$name leaves the time to its alert or the workbook, and uses nothing that an alert may not',
    ({ text }) => {
      // Source: Microsoft, "Create or edit a log search alert rule".
      expect(text).not.toMatch(/\bago\(|\bnow\(|bag_unpack|\bpivot\b|\bnarrow\b|AggregatedValue/);
    },
  );

  it('has a name and a title that no other has', () => {
    for (const each of ['name', 'title'] as const) {
      expect(new Set(queries.map((query) => query[each])).size).toBe(queries.length);
    }
  });
});

describe('what a query is checked for', () => {
  it.each([
    ['a column', 'Seconds = ageSeconds', 'Seconds = ageSecs'],
    ['a table', 'AppTraces', 'Traces'],
    ['a function', 'max(', 'most('],
    ['an operator', 'summarize', 'summarise'],
    ['a field named as a keyword of KQL', 'fault: string', 'kind: string'],
  ])('finds %s that it cannot read', (_, right, wrong) => {
    expect(late).toContain(right);
    expect(analyze(late.replace(right, wrong)).problems).not.toEqual([]);
  });

  it('finds a signal that is not declared', () => {
    expect(undeclaredIn(late.replace('message.retried', 'message.tried'))).toEqual(['message.tried']);
  });

  it('finds a field that the signal does not have', () => {
    expect(undeclaredIn(late.replace('oldestSeconds: real', 'ageSeconds: real'))).toEqual([
      'queue.measured ageSeconds',
    ]);
  });
});
