import { admit, type ReadCaller } from '../correspondence/open.ts';
import { type Answer, type Call, empty, json, type Route } from '../http/answer.ts';
import { invalidModel, newTraceId, problemHead } from '../http/problem.ts';
import { orderSchema, problemsOf } from './order-request.ts';
import type { NotificationOrders } from './orders.ts';
import { manifestOf } from './shipment.ts';

export const createScope = 'altinn:serviceowner/notifications.create';
const path = '/notifications/api/v1/future';

/**
 * Altinn Notifications' orders with a condition, and their shipments.
 *
 * Source: Altinn/altinn-notifications, `FutureOrdersController` and `ShipmentController`.
 */
export function notificationRoutes(
  { notifications, clock }: { notifications: NotificationOrders; clock: { now(): number } },
  url: string,
  readCaller: ReadCaller,
): Route[] {
  async function order(call: Call): Promise<Answer> {
    const admitted = await admit(call, readCaller, [createScope]);
    if ('status' in admitted) return admitted;
    if (!call.headers['content-type']?.includes('application/json')) return empty(415);
    const request = orderSchema.safeParse(parse(call.body));
    if (!request.success) return invalidModel(problemsOf(request.error));
    const { requestedSendTime, idempotencyId } = request.data;
    if (requestedSendTime && Date.parse(requestedSendTime) < clock.now()) {
      const late = ['RequestedSendTime must be greater than or equal to now.'];
      return invalidModel({ RequestedSendTime: late });
    }
    const { org } = admitted.caller;
    if (!org) return empty(403);
    const known = notifications.find(org, idempotencyId);
    if (known) return json(200, known);
    if (notifications.isUnreachable(request.data)) {
      return problem(422, 'NOT-00001', 'Missing contact information for recipient(s)');
    }
    const created = notifications.order(org, request.data);
    const answer = json(201, created);
    const location = `${url}${path}/orders/${created.notificationOrderId}`;
    return { ...answer, headers: { ...answer.headers, location } };
  }

  async function shipment(call: Call): Promise<Answer> {
    const admitted = await admit(call, readCaller, [createScope]);
    if ('status' in admitted) return admitted;
    const { org } = admitted.caller;
    if (!org) return empty(403);
    const id = call.params.id?.toLowerCase();
    const found = notifications.shipments.find((each) => each.shipmentId === id && each.creator === org);
    return found ? json(200, manifestOf(found)) : problem(404, 'NOT-00003', 'Shipment not found');
  }

  return [
    { api: 'notifications', method: 'POST', path: `${path}/orders`, handle: order },
    { api: 'notifications', method: 'GET', path: `${path}/shipment/:id`, handle: shipment },
  ];
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function problem(status: number, code: string, detail: string): Answer {
  return json(status, { ...problemHead(status), detail, code, traceId: newTraceId() });
}
