/** What goes over the wire, and in which order it is put together. */
import { expect, test } from 'vitest'
import { AttemptLimits, CallLimits } from '../../src/client/call/time-limits.js'
import { send, type WireRequest } from '../../src/client/transport/send.js'
import { systemClock } from '../../src/kernel/clock.js'
import type { Target } from '../../src/router/target.js'

test('headers of the trace come after the signature, which so does not cover them', async () => {
  const signed: string[][] = []
  const sent: Headers[] = []
  const provider = {
    id: 'aws',
    baseURL: 'https://aws.test',
    headers: { 'x-own': '1' },
    idHeaders: [],
    gatewayIdHeaders: [],
    authorize: () => undefined,
    sign: ({ headers }: { headers: Headers }) => {
      signed.push([...headers.keys()])
      return Promise.resolve({ authorization: 'signature', traceparent: 'of the signer' })
    },
  }
  const call = new CallLimits(undefined, 1000, systemClock)
  const request: WireRequest = {
    target: { provider, model: 'm' } as unknown as Target,
    encoded: { path: '/chat', body: {} },
    accept: 'application/json',
    headers: { 'x-call': '2' },
    traceHeaders: () => ({ traceparent: 'ours', tracestate: 'ours' }),
    limits: new AttemptLimits(call, {}),
    connect: undefined,
    fetch: (_, init) => {
      sent.push(new Headers(init?.headers))
      return Promise.resolve(new Response('{}'))
    },
    decodeError: () => undefined,
    date: () => 0,
    onStatus: () => {},
  }
  await send(request)
  // A parent that is named already stays, and so does what goes with it.
  expect(sent[0]?.get('traceparent')).toBe('of the signer')
  expect(sent[0]?.get('tracestate')).toBeNull()
  await send({
    ...request,
    target: { provider: { ...provider, sign: undefined }, model: 'm' } as unknown as Target,
  })
  expect(sent[1]?.get('traceparent')).toBe('ours')
  expect(signed).toEqual([['accept', 'content-type', 'user-agent', 'x-call', 'x-own']])
  call.release()
})
