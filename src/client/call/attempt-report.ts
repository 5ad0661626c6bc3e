/** Reports an attempt to hooks, metrics, and the processes that share the state of its target. */
import type { OperationName } from '../../telemetry/semconv.js'
import { countAttempt, countCooldown } from '../../telemetry/metrics.js'
import type { AttemptEvent, CooldownEvent } from '../../router/events.js'
import type { Member } from '../../router/strategy.js'
import type { ClientContext } from '../context.js'

type AttemptFacts = Omit<AttemptEvent, 'target' | 'provider'>

export class AttemptReport {
  private readonly call: { readonly client: ClientContext; readonly operation: OperationName }
  private readonly member: Member

  constructor(call: AttemptReport['call'], member: Member) {
    this.call = call
    this.member = member
  }

  private get target(): { readonly target: string; readonly provider: string } {
    const { id, provider } = this.member.target
    return { target: id, provider: provider.id }
  }

  /** The attempt is over. */
  ended(outcome: AttemptEvent['outcome'], facts: () => Omit<AttemptFacts, 'outcome'>): void {
    const { id, provider } = this.member.target
    countAttempt(id, provider.telemetryName, outcome)
    this.call.client.hooks.tell('onAttempt', () => ({ ...this.target, ...facts(), outcome }))
  }

  /**
   * Shares the change of the target's health with other processes.
   *
   * @param ms - Milliseconds of the cooldown that it started; 0 if it ended one, `undefined` if it changed nothing.
   */
  share(ms: number | undefined, after: CooldownEvent['after']): void {
    const { cooldowns, probes } = this.call.client
    cooldowns?.settled(this.member, ms, after)
    if (ms !== undefined && ms > 0) probes?.cooledDown(this.call, this.member)
  }

  coolsDown(ms: number, after: CooldownEvent['after']): void {
    const { id, provider } = this.member.target
    countCooldown(id, provider.telemetryName, after)
    this.call.client.hooks.tell('onCooldown', () => ({ ...this.target, after, ms, from: 'own' }))
  }

  recovered(): void {
    this.call.client.hooks.tell('onRecover', () => this.target)
  }
}
