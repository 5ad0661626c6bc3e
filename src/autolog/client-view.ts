/**
 * One client as an integration reads a module: where it looks for the prototype of a class, it finds the client itself, or the
 * resource of it that is named as the class is, so that what it patches is this object and no other.
 */

/** A client, or a resource of it. */
export class ClientNode {
  readonly real: object
  /** Takes the patches: the object itself, or what stands before one that cannot be changed. */
  readonly holder: object
  readonly children = new Map<string, ClientNode>()

  constructor(real: object) {
    this.real = real
    this.holder = Object.isExtensible(real) ? real : (Object.create(real) as object)
  }

  /** The resource of the class `name`: `Chat` is `chat`. */
  resource(name: string): ClientNode | undefined {
    const key = name.charAt(0).toLowerCase() + name.slice(1)
    const known = this.children.get(key)
    if (known) return known
    const value: unknown = Reflect.get(this.real, key)
    if (typeof value !== 'object' || value === null) return undefined
    const child = new ClientNode(value)
    this.children.set(key, child)
    return child
  }
}

/** What stands for the class of a client or a resource. */
function classOf(node: ClientNode): object {
  const member = (key: string | symbol): unknown => {
    if (key === 'prototype') return node.holder
    const resource = typeof key === 'string' ? node.resource(key) : undefined
    return resource && classOf(resource)
  }
  return viewOf(member)
}

/** @param classNames - Names that the client's own class may have. */
export function moduleOf(client: ClientNode, classNames: ReadonlySet<string>): Readonly<Record<string, unknown>> {
  const member = (key: string | symbol): unknown => {
    if (typeof key !== 'string') return undefined
    const resource = client.resource(key)
    if (resource) return classOf(resource)
    return key === 'default' || classNames.has(key) ? classOf(client) : undefined
  }
  return viewOf(member) as Readonly<Record<string, unknown>>
}

function viewOf(member: (key: string | symbol) => unknown): object {
  return new Proxy(Object.create(null) as object, {
    get: (_, key) => member(key),
    has: (_, key) => member(key) !== undefined,
  })
}

/** What the program gets: the client itself, or, where some of it cannot be changed, what stands before it. */
export function shownOf(node: ClientNode): object {
  const shown = new Map<string | symbol, object>()
  for (const [key, child] of node.children) {
    const view = shownOf(child)
    if (view !== child.real) shown.set(key, view)
  }
  return node.holder === node.real && shown.size === 0 ? node.real : before(node, shown)
}

/** Of the same class, with the same members. Methods run on the object itself, whose private fields only it has. */
function before({ real, holder }: ClientNode, shown: ReadonlyMap<string | symbol, object>): object {
  const methods = new WeakMap<object, object>()
  function method(value: object): object {
    const known = methods.get(value)
    if (known) return known
    const made = new Proxy(value as (...args: unknown[]) => unknown, {
      apply: (target, self, args) => Reflect.apply(target, self === view ? real : self, args),
    })
    methods.set(value, made)
    return made
  }
  // Not the object: what is fixed on that could not be shown otherwise.
  const shadow = Object.create(Object.getPrototypeOf(real) as object | null) as object
  const view: object = new Proxy(shadow, {
    get(_, key) {
      const resource = shown.get(key)
      if (resource) return resource
      const value: unknown = Object.hasOwn(holder, key) ? Reflect.get(holder, key) : Reflect.get(real, key)
      return typeof value === 'function' && key !== 'constructor' ? method(value) : value
    },
    set: (_, key, value) => Reflect.set(real, key, value),
    has: (_, key) => Reflect.has(real, key),
    ownKeys: () => Reflect.ownKeys(real),
    getOwnPropertyDescriptor(_, key) {
      const found = Reflect.getOwnPropertyDescriptor(real, key)
      return found && { ...found, configurable: true }
    },
  })
  return view
}
