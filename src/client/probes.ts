/** Small requests of the client's own to targets that have cooled down, so that no caller's request has to try them. */
import type { ChatRequest } from '../kernel/hub.js'
import type { ProbeOptions } from '../router/options.js'
import type { Plan } from '../router/plan.js'
import type { Route } from '../router/route.js'
import type { Member } from '../router/strategy.js'
import { outsideOfCalls } from '../telemetry/identity.js'
import * as semconv from '../telemetry/semconv.js'
import { perform } from './call/perform.js'
import { compileStages } from './call/stages.js'
import type { ClientContext, ProbeWatch } from './context.js'
import { chat } from './faces/chat.js'
import { unref } from '../kernel/platform.js'

const INTERVAL = 1_000
const TIMEOUT = 10_000
/** Some providers refuse a lower output limit. */
const MAX_TOKENS = 16
/** Milliseconds before the end of a cooldown at which the probe takes the target, so that no call of the program comes first. */
const EARLY = 5

export class Probes implements ProbeWatch {
  private readonly options: ProbeOptions
  /** The targets that the options name. */
  private readonly configured: ReadonlySet<string>
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly running = new Map<AbortController, Promise<void>>()
  /** When each target was last probed. */
  private readonly askedAt = new Map<string, number>()
  private closed = false

  constructor(options: ProbeOptions, targets: readonly { readonly target: { readonly id: string } }[]) {
    this.options = options
    this.configured = new Set(targets.map(({ target }) => target.id))
  }

  /**
   * A cooldown begins after a failure of `call`. When it ends, the target is probed by chat, and only if it failed at chat.
   */
  cooledDown({ client, operation }: Parameters<ProbeWatch['cooledDown']>[0], member: Member): void {
    const { id, provider } = member.target
    if (this.closed || operation !== 'chat' || !provider.chat || !this.configured.has(id)) return
    this.plan(client, member)
  }

  /** Stops all probes, waiting or under way. No probe begins after it. */
  async close(): Promise<void> {
    this.closed = true
    for (const timer of this.timers.values()) clearTimeout(timer)
    this.timers.clear()
    for (const controller of this.running.keys()) controller.abort()
    await Promise.all(this.running.values())
  }

  private plan(client: ClientContext, member: Member): void {
    const { id } = member.target
    const last = this.askedAt.get(id)
    const pause = last === undefined ? 0 : last + (this.options.interval ?? INTERVAL) - client.clock.now()
    const delay = Math.max(0, member.health.cooldownLeft - EARLY, pause)
    clearTimeout(this.timers.get(id))
    this.timers.set(id, unref(setTimeout(() => this.due(client, member), delay)))
  }

  private due(client: ClientContext, member: Member): void {
    const { health, target } = member
    this.timers.delete(target.id)
    const { state, cooldownLeft } = health
    if (state === 'closed') return
    // The provider has asked for a longer cooldown since.
    if (cooldownLeft > EARLY) return this.plan(client, member)
    // A call of the program is trying it now.
    if (cooldownLeft === 0 && !health.allows) return
    this.askedAt.set(target.id, client.clock.now())
    const controller = new AbortController()
    // The probe belongs neither to the trace nor to the bill of the call that failed.
    const asked = outsideOfCalls(() => this.ask(client, member, controller.signal))
    this.running.set(
      controller,
      asked.finally(() => this.running.delete(controller)),
    )
  }

  /** Never rejects: the outcome is in the target's health, in hooks and on the span. */
  private async ask(client: ClientContext, member: Member, signal: AbortSignal): Promise<void> {
    const { request, timeout = TIMEOUT } = this.options
    const body: ChatRequest = {
      model: member.target.id,
      messages: [...(request?.messages ?? [{ role: 'user' as const, content: 'ping' }])],
      max_tokens: request?.max_tokens ?? MAX_TOKENS,
    }
    const own = { ...client, plan: planOf(client.plan, member), stages: compileStages() }
    // A failure is recorded as the target's. If the probe could not even begin, a call of the program will say why.
    await perform(own, probe, body, { signal, timeout, fallbacks: false }).catch(() => undefined)
  }
}

/** Chat that is marked as a probe. No stage may answer it. */
const probe: typeof chat = {
  ...chat,
  read(client, body, options) {
    const asked = chat.read(client, body, options)
    return { ...asked, input: { ...asked.input, attributes: { [semconv.PROBE]: true } } }
  },
}

/** A plan of one target and one attempt. */
function planOf(plan: Plan, { health, target, weight, tags }: Member): Plan {
  let given = false
  // The target may still be in cooldown here. Only once, or its limits would be checked without end.
  const select = () => {
    if (given) return undefined
    given = true
    return { index: 0, reason: 'probe' }
  }
  // `params` of the options could make the probe expensive.
  const member = { health, weight, tags, when: undefined, target: { ...target, params: undefined } }
  const route: Route = {
    alias: false,
    levels: [{ members: [member], selector: { select }, strategy: 'probe' }],
    fallbacks: [],
    hedge: undefined,
  }
  return { ...plan, retries: { ...plan.retries, max: 0, on: {}, attempts: 1 }, route: () => route }
}
