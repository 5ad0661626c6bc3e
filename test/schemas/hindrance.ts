/** What stands in the way of enforcing a sample at a dialect. */
import type { Dialect } from './rules.js'
import type { Sample } from './samples.js'

export function hindrance({ not = {} }: Sample, dialect: Dialect): string | undefined {
  const isAcyclic = dialect === 'anthropic' || dialect === 'bedrock' || dialect === 'cerebras'
  return (
    not.all ?? not[dialect] ?? (dialect === 'gemini' ? undefined : not.closed) ?? (isAcyclic ? not.acyclic : undefined)
  )
}
