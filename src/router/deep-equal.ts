/** Whether two option values are equal, with their fields. Functions are compared by identity. */
export function deepEqual(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one) !== Array.isArray(other)) return false
  return differingFields(one, other).length === 0
}

/** Names of the fields in which two objects differ; `undefined` counts as absent. */
export function differingFields(one: object, other: object): readonly string[] {
  const [a, b] = [one, other] as readonly Readonly<Record<string, unknown>>[]
  const names = new Set([...Object.keys(one), ...Object.keys(other)])
  return [...names].filter((name) => !deepEqual(a?.[name], b?.[name]))
}
