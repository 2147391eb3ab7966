import { readFileSync } from 'node:fs';
import { Cron } from 'croner';
import { describe, expect, it } from 'vitest';
import { makeMeasureQueues } from '../../../functions/measure-queues.ts';
import { costOf, freeOf } from '../../../infra/azure/cost/bill.ts';
import { figures, hoursInMonth, privateNetwork, timers } from '../../../infra/azure/cost/figures.ts';
import type { Price } from '../../../infra/azure/cost/price.ts';
import { usageOfLetters, usageOfTime, type Workload } from '../../../infra/azure/cost/usage.ts';
import { prices } from '../../../infra/dev/generated/cost-cases.ts';
import { costPage } from '../../../infra/dev/generated/cost-page.ts';
import { declared } from '../../../shared/settings/declared.ts';

const hundred: Workload = {
  letters: 100,
  memoryGb: 2,
  executions: 'alone',
  queues: 8,
  alerts: { logMinutes: [5, 15, 60], metrics: 2 },
};

describe('what a hundred letters use', () => {
  // 500 events. 10 letters open a follow-up: it is tracked twice, and looked at twice.
  const executions = 500 + 510 + 20;

  it('is an execution for each event twice, and for each look', () => {
    expect(usageOfLetters(hundred)['Functions: events']?.executions).toBeCloseTo(executions);
  });

  it('is the shortest second of each execution that comes alone, times the memory', () => {
    const seconds = (memoryGb: number) =>
      usageOfLetters({ ...hundred, memoryGb })['Functions: events']?.executionTime;
    expect(seconds(2)).toBeCloseTo(executions * 2);
    expect(seconds(0.5)).toBeCloseTo(executions / 2);
  });

  it("is the processor's time of executions that come together, the same at any memory", () => {
    const seconds = (memoryGb: number) =>
      usageOfLetters({ ...hundred, memoryGb, executions: 'together' })['Functions: events']?.executionTime;
    expect(seconds(2)).toBeCloseTo(executions * 0.01 * 2);
    expect(seconds(0.5)).toBeCloseTo(executions * 0.01 * 2);
  });

  it('is three queue operations a message, and the table operations of tracking, pull, look and audit', () => {
    const { 'Storage: messages': messages, 'Storage: tables': tables } = usageOfLetters(hundred);
    expect(messages?.queueOperations).toBeCloseTo((510 + 20) * 3);
    const tracking = 4 * 100 + 70 * 2 + 20 * 2 + 10 * 4;
    const pull = 500 + (70 + 20) * 2 + 10 * 9;
    const looks = 20 * (4 + 6.5);
    expect(tables?.tableOperations).toBeCloseTo(tracking + pull + looks + 100 * 4);
  });

  it('is four rows of the log an event, and two kilobytes stored', () => {
    const { Log: log, 'Storage: events of a year': stored } = usageOfLetters(hundred);
    expect(log?.logs).toBeCloseTo(((500 * 2 + 510 * 2 + 20 * 3) * 1_100) / 1e9, 12);
    expect(stored?.tableDataZrs).toBeCloseTo((500 * 2_000 * 12) / 1e9, 12);
  });
});

describe('what time uses', () => {
  it('is a poll every two seconds of each minute after a message, and no more than a month has', () => {
    const polls = (letters: number) =>
      usageOfTime({ ...hundred, letters, queues: 0 })['Storage: polling']?.queueOperations;
    expect(polls(100)).toBeCloseTo((500 + 20) * 30);
    expect(polls(1e9)).toBeCloseTo((2 * 730 * 3_600) / 2);
  });

  it('is each alert, those that are looked at more often than every quarter of an hour apart', () => {
    expect(usageOfTime(hundred).Alerts).toEqual({ logAlert5: 1, logAlert15: 2, metricAlert: 2 });
  });

  it('is the runs of the timers by their default schedules', () => {
    const { followUp, reconcile, audit } = declared;
    const nothing = { queues: [], due: { overdue: async () => [] }, deadLetters: { count: async () => 0 } };
    const schedules = {
      'due-follow-ups': followUp.settings.schedule.default,
      'measure-queues': makeMeasureQueues(nothing).schedule,
      'reconcile-events': reconcile.settings.schedule.default,
      'audit-letters': audit.settings.schedule.default,
    };
    for (const [name, { runs }] of Object.entries(timers)) {
      const schedule = schedules[name as keyof typeof schedules];
      expect((runs * 24) / hoursInMonth, name).toBeCloseTo(runsOfDay(schedule));
    }
  });

  function runsOfDay(schedule: string): number {
    const cron = new Cron(schedule, { timezone: 'UTC' });
    const end = Date.parse('2026-11-22T00:00:00Z') - 1;
    let runs = 0;
    for (let at = cron.nextRun(new Date(end - 86_400_000)); at && at.getTime() <= end; at = cron.nextRun(at))
      runs++;
    return runs;
  }
});

describe('a bill', () => {
  const price = (amount: number, per: number, free?: number): Price => ({
    name: '',
    amount,
    per,
    unit: '',
    ...(free !== undefined && { free }),
    region: '',
    date: '',
    source: '',
  });
  const of = { ...prices, executions: price(3, 10, 100), logs: price(2, 1) };

  it('is what is used, times the price, by its unit', () => {
    expect(costOf({ executions: 50, logs: 7 }, of)).toBeCloseTo(5 * 3 + 7 * 2);
  });

  it('takes off what is free once, whatever lines it is used in, and never more than was used', () => {
    expect(freeOf([{ executions: 80 }, { executions: 90, logs: 7 }], of)).toBeCloseTo(30);
    expect(freeOf([{ executions: 20 }, { executions: 30 }], of)).toBeCloseTo(15);
  });
});

describe('what it rests on', () => {
  it.each(Object.entries<Price>(prices))('the price %s has a unit, a date and a source', (_, of) => {
    expect(of.amount).toBeGreaterThan(0);
    expect(of.per).toBeGreaterThan(0);
    expect(of.unit).not.toBe('');
    expect(of.region).not.toBe('');
    expect(of.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(of.source).toMatch(/^https:\/\/|^from memory, check before you rely on it$/);
  });

  it('the host polls as often as host.json says', () => {
    const { maxPollingInterval } = JSON.parse(readFileSync('host.json', 'utf8')).extensions.queues;
    expect(maxPollingInterval).toBe(`00:00:0${figures.pollSeconds.value}`);
  });

  it('a private network has the endpoints and zones of its Bicep', () => {
    const bicep = readFileSync('infra/azure/modules/private-endpoints.bicep', 'utf8');
    expect(bicep.match(/\{ name: '[a-z-]+', part: /g)).toHaveLength(privateNetwork.endpoints);
    expect(bicep.match(/'privatelink/g)).toHaveLength(privateNetwork.zones);
  });

  it('the page shows a number everywhere', () => {
    expect(costPage()).not.toMatch(/NaN|undefined|Infinity/);
  });
});
