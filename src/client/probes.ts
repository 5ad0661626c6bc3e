/** Small requests of our own to targets that have cooled down, so that no caller has to find out whether they are well again. */
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

const INTERVAL = 1_000
const TIMEOUT = 10_000
/** Some providers refuse less as a limit of output. */
const MAX_TOKENS = 16
/** Milliseconds before a cooldown ends: from then on the target is taken, and no call of the program gets in between. */
const EARLY = 5

export class Probes implements ProbeWatch {
  private readonly options: ProbeOptions
  /** Targets that the options name. */
  private readonly configured: ReadonlySet<string>
  private readonly timers = new Map<string, NodeJS.Timeout>()
  private readonly running = new Map<AbortController, Promise<void>>()
  /** By target: when it was asked last. */
  private readonly askedAt = new Map<string, number>()
  private closed = false

  constructor(options: ProbeOptions, targets: readonly { readonly target: { readonly id: string } }[]) {
    this.options = options
    this.configured = new Set(targets.map(({ target }) => target.id))
  }

  /** A cooldown begins after a failure of `call`. The target is asked when it ends, by what it was asked before: chat only. */
  cooledDown({ client, operation }: Parameters<ProbeWatch['cooledDown']>[0], member: Member): void {
    const { id, provider } = member.target
    if (this.closed || operation !== 'chat' || !provider.chat || !this.configured.has(id)) return
    this.plan(client, member)
  }

  /** Ends what waits and what is under way. Nothing begins after it. */
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
    this.timers.set(id, setTimeout(() => this.due(client, member), delay).unref())
  }

  private due(client: ClientContext, member: Member): void {
    const { health, target } = member
    this.timers.delete(target.id)
    const { state, cooldownLeft } = health
    if (state === 'closed') return
    // The provider has asked for a longer cooldown since.
    if (cooldownLeft > EARLY) return this.plan(client, member)
    // A call of the program tries it just now.
    if (cooldownLeft === 0 && !health.allows) return
    this.askedAt.set(target.id, client.clock.now())
    const controller = new AbortController()
    // Neither a part of the trace of whoever met the failure, nor on their bill.
    const asked = outsideOfCalls(() => this.ask(client, member, controller.signal))
    this.running.set(
      controller,
      asked.finally(() => this.running.delete(controller)),
    )
  }

  /** Never rejects: what comes of it is in the target's health, in hooks and on the span. */
  private async ask(client: ClientContext, member: Member, signal: AbortSignal): Promise<void> {
    const { request, timeout = TIMEOUT } = this.options
    const body: ChatRequest = {
      model: member.target.id,
      messages: [...(request?.messages ?? [{ role: 'user' as const, content: 'ping' }])],
      max_tokens: request?.max_tokens ?? MAX_TOKENS,
    }
    const own = { ...client, plan: planOf(client.plan, member), stages: compileStages() }
    // Its failure is the target's. Where it could not even begin, a call of the program will tell its caller why.
    await perform(own, probe, body, { signal, timeout, fallbacks: false }).catch(() => undefined)
  }
}

/** Chat, marked as no call of the program. No stage may answer it. */
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
  // Also while it is still in cooldown, which is what it is asked for; once, or its limits would be asked without end.
  const select = () => {
    if (given) return undefined
    given = true
    return { index: 0, reason: 'probe' }
  }
  // What the options preset for calls may make this one dear.
  const member = { health, weight, tags, when: undefined, target: { ...target, params: undefined } }
  const route: Route = {
    alias: false,
    levels: [{ members: [member], selector: { select }, strategy: 'probe' }],
    fallbacks: [],
    hedge: undefined,
  }
  return { ...plan, retries: { ...plan.retries, max: 0, on: {}, attempts: 1 }, route: () => route }
}
