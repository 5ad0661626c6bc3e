import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { holdTime } from '../support/held-time.js'
import { turn } from '../support/eventually.js'
import { answers, startServer } from './fault-server.js'

const time = holdTime()
const messages = [{ role: 'user' as const, content: 'hi' }]
let silent: Server | undefined
afterEach(() => void silent?.close())

test('timeout.connect ends an attempt without a connection, and the next target answers', async () => {
  const sockets: Socket[] = []
  // Takes the connection and never answers the TLS handshake.
  silent = createServer((socket) => {
    sockets.push(socket)
    socket.on('error', () => {})
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent?.once('listening', resolve))
  const good = await startServer(answers('Hello'))
  const ai = createClient({
    providers: {
      silent: { baseURL: `https://127.0.0.1:${(silent.address() as AddressInfo).port}` },
      good: { baseURL: good.baseURL },
    },
    retries: 0,
    timeout: { connect: 100 },
  })
  const alone = ai.chat.completions.create({ model: 'silent/m', messages })
  const failure: unknown = await time.passing(alone).catch((error: unknown) => error)
  expect(failure).toMatchObject({ name: 'TimeoutError', limit: 'connect', provider: 'silent' })
  const result = await time.passing(ai.chat.completions.create({ model: 'silent/m', messages, fallbacks: ['good/m'] }))
  expect(result._meta.attempts).toMatchObject([{ error: 'TimeoutError' }, { target: 'good/m' }])
  await good.close()
  // undici gives up a connection that is being made at its own limit only; no request hangs on it any more.
  for (const socket of sockets) socket.destroy()
})

test('timeout.connect does not count the time that the answer takes, on a new connection and a kept one', async () => {
  const slow = await startServer(async (...args) => {
    await time.pass(150)
    return answers('Hello')(...args)
  })
  const ai = createClient({ providers: { slow: { baseURL: slow.baseURL } }, retries: 0, timeout: { connect: 60 } })
  for (let i = 0; i < 2; i += 1) {
    const result = await ai.chat.completions.create({ model: 'slow/m', messages })
    expect(result._meta.attempts).toHaveLength(1)
  }
  await slow.close()
})

test('timeout.connect knows the connection of a fetch that is wrapped and calls the built-in one later', async () => {
  const slow = await startServer(async (...args) => {
    await time.pass(150)
    return answers('Hello')(...args)
  })
  const wrapped: typeof fetch = async (...args) => {
    await turn()
    return fetch(...args)
  }
  const providers = { slow: { baseURL: slow.baseURL } }
  const ask = async (own?: typeof fetch): Promise<number> => {
    const ai = createClient({ providers, retries: 0, timeout: { connect: 60 }, ...(own && { fetch: own }) })
    const result = await ai.chat.completions.create({ model: 'slow/m', messages })
    return result._meta.attempts.length
  }
  // In both orders: who comes first decides how the connection is found.
  expect(await Promise.all([ask(wrapped), ask(), ask(wrapped)])).toEqual([1, 1, 1])
  expect(await ask(wrapped)).toBe(1)
  await slow.close()
})

test('an attempt that ended by timeout.connect sent nothing, so nothing of it counts', async () => {
  silent = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1')
  await new Promise((resolve) => silent?.once('listening', resolve))
  const good = await startServer(answers('Hello'))
  const ai = createClient({
    providers: {
      silent: { baseURL: `https://127.0.0.1:${(silent.address() as AddressInfo).port}` },
      good: { baseURL: good.baseURL },
    },
    // Room for the input of one attempt, and not of two.
    limits: [{ scope: { provider: 'silent' }, tpm: 300, onLimit: 'reject' }],
    prices: { overrides: { 'silent/m': { input: 1e6, output: 1e6 }, 'good/m': { input: 0, output: 0 } } },
    budgets: [{ scope: { provider: 'silent' }, usd: 300, per: 'day', hard: true }],
    retries: 0,
    cooldown: false,
    timeout: { connect: 50 },
  })
  const body = { model: 'silent/m', messages: [{ role: 'user' as const, content: 'word '.repeat(160) }], max_tokens: 5 }
  for (let i = 0; i < 2; i += 1) {
    const { _meta } = await time.passing(ai.chat.completions.create(body, { fallbacks: ['good/m'] }))
    expect(_meta.attempts).toMatchObject([{ target: 'silent/m', error: 'TimeoutError' }, { target: 'good/m' }])
  }
  await good.close()
})
