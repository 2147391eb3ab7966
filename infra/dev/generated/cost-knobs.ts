import { costOf } from '../../azure/cost/bill.ts';
import {
  figures,
  hostRows,
  hoursInMonth,
  privateNetwork,
  rowsOf,
  secondsInMonth,
  timers,
  watchdog,
} from '../../azure/cost/figures.ts';
import { usageOfLetters } from '../../azure/cost/usage.ts';
import { agency, millionEvents, monthOf, municipality, prices, workload } from './cost-cases.ts';

const money = (amount: number) =>
  amount.toLocaleString('en-GB', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** What can be turned, and what it changes in a month. */
export function knobs(): string[][] {
  const sum = (...of: Parameters<typeof workload>) => money(monthOf(workload(...of)).sum);
  const logs = (of: typeof agency) => usageOfLetters(workload(of, 512)).Log?.logs ?? 0;
  const rows = rowsOf.receive + rowsOf.track;
  const perMillion = costOf({ logs: logs(millionEvents('alone')) }, prices);
  const ready = (gb: number) => money(costOf({ alwaysReadyTime: secondsInMonth * gb }, prices));
  const fewerTicks = hoursInMonth * (60 - 12);
  const data = usageOfLetters(workload(agency, 512))['Storage: events of a year']?.tableDataZrs ?? 0;
  const lrs = costOf({ tableDataZrs: data }, prices) - costOf({ tableDataLrs: data }, prices);
  const polls = secondsInMonth / figures.pollSeconds.value;
  const network = costOf(
    { privateEndpoint: privateNetwork.endpoints * hoursInMonth, privateZone: privateNetwork.zones },
    prices,
  );
  const watched = ({ letters }: typeof agency) => {
    const runs = timers['due-follow-ups'].runs * watchdog.ofRun;
    return costOf({ tableOperations: letters * watchdog.ofLetter + runs }, prices).toPrecision(2);
  };
  return [
    [
      '`INSTANCE_MEMORY_MB`',
      'the columns above. The default is 2048. 512 has a quarter of the processor; it was not tried in Azure',
    ],
    [
      'the shortest billed second',
      `the municipality's letters sent all at once: ${sum({ ...municipality, executions: 'together' }, 512)} and ${sum({ ...municipality, executions: 'together' }, 2048)}. The agency's events each alone, which they are not: ${sum({ ...agency, executions: 'alone' }, 512)} and ${sum({ ...agency, executions: 'alone' }, 2048)}`,
    ],
    [
      'what the host logs',
      `\`logLevel\` of \`host.json\` leaves out what the host says of itself, ${hostRows} rows an event: with them ${money((perMillion * hostRows) / rows)} more for a million events`,
    ],
    [
      '`LOG_DAILY_CAP_GB`, 5 by default',
      `the agency logs ${money((logs(agency) * 24) / hoursInMonth)} GB on a mean day: raise the cap to twice that, or signals are lost`,
    ],
    [
      'alerts',
      `${money(prices.logAlert15.amount)} for each on the log, ${money(prices.logAlert5.amount)} where it is looked at every five minutes`,
    ],
    [
      '`FOLLOW_UP_SCHEDULE` every five minutes',
      `${money(costOf({ executionTime: fewerTicks * 2, executions: fewerTicks, blobWrites: fewerTicks, tableOperations: fewerTicks * timers['due-follow-ups'].tableOperations }, prices))} less at 2,048 MB, before what is free`,
    ],
    [
      'each kind that the policy [watches](follow-ups.md#watchdogs)',
      `${watched(municipality)} for the municipality, and ${watched(agency)} for the agency, where all letters are watched and settled in time`,
    ],
    [
      '`maxPollingInterval`',
      `a queue with an instance that is always there and idle costs ${money(costOf({ queueOperations: polls }, prices))}, a fifth of it at ten seconds`,
    ],
    [
      '`ALWAYS_READY_INSTANCES`',
      `${ready(0.5)} at 512 MB and ${ready(2)} at 2,048 MB for each; their executions have no free grant. \`ZONE_REDUNDANT\` takes two`,
    ],
    [
      '`STORAGE_REDUNDANCY` `Standard_LRS`',
      `${money(lrs)} less for the agency's first year of events; cents for the municipality`,
    ],
    [
      '`PRIVATE_NETWORK`',
      `${money(network)} more: ${privateNetwork.endpoints} endpoints, ${privateNetwork.zones} zones`,
    ],
  ];
}
