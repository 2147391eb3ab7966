import * as z from 'zod/mini';
import { logAnalytics, resourceManager } from '../../../azure/client/services.ts';
import { fail, ok, skipped } from '../check.ts';
import { azureCheck } from './azure-check.ts';
import { ofType } from './installation.ts';

/** Milliseconds without a measurement, which comes every five minutes, until something is wrong. */
const longest = 30 * 60_000;
const query = `AppTraces
| where Message startswith 'queue.measured'
| summarize last = max(TimeGenerated)`;

const workspaceSchema = z.object({ properties: z.object({ customerId: z.string() }) });
const answerSchema = z.object({
  tables: z.array(z.object({ rows: z.array(z.array(z.nullable(z.string()))) })),
});

export const heartBeats = azureCheck('heartbeat', async ({ ask, resources }) => {
  const [workspace, ...others] = ofType(resources, 'Microsoft.OperationalInsights/workspaces');
  if (!workspace || others.length > 0) {
    return skipped(
      `not asked: the resource group has ${workspace ? 'several workspaces' : 'no workspace'} of logs`,
    );
  }
  const { properties } = workspaceSchema.parse(
    await ask(resourceManager, 'GET', `${workspace.id}?api-version=2023-09-01`),
  );
  const answer = await ask(logAnalytics, 'POST', `/v1/workspaces/${properties.customerId}/query`, {
    query,
    timespan: 'P1D',
  });
  const last = answerSchema.parse(answer).tables[0]?.rows[0]?.[0];
  if (last && Date.now() - Date.parse(last) <= longest) return ok(`the queues were measured at ${last}`);
  return fail(
    last ? `the queues were last measured at ${last}` : 'the queues were not measured for a day',
    'See whether the app runs, and whether its log reaches the workspace: the role Monitoring Metrics Publisher, the daily cap',
  );
});
