/** Processes that make calls to one provider as they are told. */
import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Store } from '../../src/kernel/store.js'
import { root } from '../architecture/sources.js'

/** A provider that counts who is with it. */
export class Provider {
  arrivals = 0
  inside = 0
  most = 0
  /** Of output that its answers say they took; `undefined`: they do not say. */
  tokens: number | undefined
  answer: (response: ServerResponse) => unknown = (response) => ok(response, this.tokens)
  private readonly server: Server = createServer((request, response) => {
    this.arrivals += 1
    this.inside += 1
    this.most = Math.max(this.most, this.inside)
    response.on('close', () => (this.inside -= 1))
    request.resume().on('end', () => void this.answer(response))
  })

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1')
    await once(this.server, 'listening')
  }

  get baseURL(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}/v1`
  }

  stop(): void {
    this.server.closeAllConnections()
    this.server.close()
  }
}

export function ok(response: ServerResponse, tokens?: number): void {
  const message = { role: 'assistant', content: 'Hello' }
  const choices = [{ index: 0, message, finish_reason: 'stop' }]
  response.setHeader('content-type', 'application/json')
  const usage = tokens && { prompt_tokens: 0, completion_tokens: tokens, total_tokens: tokens }
  response.end(JSON.stringify({ id: 'x', object: 'chat.completion', created: 1, model: 'm', choices, usage }))
}

type Operation = readonly [keyof Store, ...unknown[]]

export class Worker {
  readonly process: ChildProcess

  constructor(process: ChildProcess) {
    this.process = process
  }

  static async start(settings: object): Promise<Worker> {
    const child = fork(join(root, 'test/stores/worker.mjs'), [JSON.stringify(settings)], {
      env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
    })
    await once(child, 'message')
    return new Worker(child)
  }

  /** How each of so many calls at once ended. */
  async calls(calls: number, timeout = 20_000): Promise<readonly string[]> {
    this.process.send({ calls, timeout })
    const [{ ends }] = (await once(this.process, 'message')) as [{ ends: readonly string[] }]
    return ends
  }

  /** Asks its store. @param operations - Lists of name and arguments; all lists at once, each in its order. */
  async asks(operations: readonly (readonly Operation[])[]): Promise<readonly (readonly unknown[])[]> {
    this.process.send({ operations })
    const [{ ends }] = (await once(this.process, 'message')) as [{ ends: readonly (readonly unknown[])[] }]
    return ends
  }
}
