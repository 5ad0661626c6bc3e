/** The clients of a gateway, one after the other: the configuration can be read again without breaking a call off. */
import type { Client } from '../client/types/index.js'
import type { Gateway } from '../gateway/serve.js'
import { systemClock } from '../kernel/clock.js'
import { ConfigError } from '../kernel/errors.js'
import type { Store } from '../kernel/store.js'
import { MemoryStore } from '../stores/memory.js'
import { createClient } from '../whole-client.js'
import type { GatewayConfig } from './gateway-config.js'

interface Held {
  readonly client: Client
  /** Of the configuration; it is closed with the client. */
  readonly store: Store | undefined
  readonly config: GatewayConfig
}

export class Reloads {
  private current: Held
  private readonly read: () => Promise<GatewayConfig>
  private readonly say: (text: string) => void
  /** Of all clients without a store of their own: what budgets have used outlives a reload. */
  private readonly memory = new MemoryStore(systemClock)
  private reading: Promise<void> = Promise.resolve()
  /** Clients that end their last calls. */
  private readonly leaving = new Set<Promise<void>>()

  /** @throws ConfigError as `createClient` does. */
  constructor(config: GatewayConfig, read: () => Promise<GatewayConfig>, say: (text: string) => void) {
    this.read = read
    this.say = say
    this.current = this.open(config)
  }

  get client(): Client {
    return this.current.client
  }

  /** Reads the configuration, and gives new calls to a client of it. One that is wrong is refused, and the old one stays. */
  reload(gateway: Gateway): void {
    this.reading = this.reading.then(() => this.readOnce(gateway))
  }

  async close(): Promise<void> {
    await this.reading
    await Promise.all(this.leaving)
    await close(this.current, undefined)
    this.memory.close()
  }

  private open(config: GatewayConfig): Held {
    const { store } = config.client
    return { client: createClient({ ...config.client, store: store ?? this.memory }), store, config }
  }

  private async readOnce(gateway: Gateway): Promise<void> {
    let next: Held
    try {
      next = this.open(await this.read())
    } catch (error) {
      // The messages of others may quote the file, which may hold keys.
      const reason = error instanceof ConfigError ? error.message : `it cannot be used (${(error as Error).name})`
      this.say(`tracestitch: the configuration stays as it was: ${reason}\n`)
      return
    }
    const before = this.current
    this.current = next
    for (const warning of next.config.warnings) this.say(`warning: ${warning}\n`)
    const isOther = JSON.stringify(next.config.gateway) !== JSON.stringify(before.config.gateway)
    const later = isOther ? '; the changes of `gateway` need a restart' : ''
    this.say(`tracestitch: the configuration was read again${later}\n`)
    const left = gateway.use(next.client).then(() => close(before, next))
    this.leaving.add(left)
    void left.finally(() => this.leaving.delete(left))
  }
}

async function close({ client, store }: Held, next: Held | undefined): Promise<void> {
  await client.close()
  if (store !== next?.store) await store?.close()
}
