/** Puts the loading of other files off until something of them is used. */
import ts from 'typescript'

export interface Late {
  /** Names of files that are loaded at once, with whatever names them. */
  readonly atOnce: (specifier: string) => boolean
  /** What loads a package where there is no `require`, as in an ES module that a bundler has made of this one. */
  readonly otherRequire: string
}

interface Edit {
  readonly start: number
  readonly end: number
  readonly text: string
}

/**
 * `code` is CommonJS as Rollup writes it: each file is bound to one name, and what it exports is read from there. Nothing
 * of ours happens at import, so when a file is loaded makes no difference to a program.
 */
export function loadLate(code: string, late: Late): string {
  const file = ts.createSourceFile('part.cjs', code, ts.ScriptTarget.ES2022, true, ts.ScriptKind.JS)
  const edits: Edit[] = []
  const loads = new Map<string, Load>()
  for (const statement of file.statements) {
    const load = loadOf(statement)
    if (load) loads.set(load.name, load)
    // For the order of effects, which there are none of.
    else if (isBareRequire(statement)) edits.push({ start: statement.getStart(file), end: statement.end, text: '' })
  }
  const own = new Map<string, Set<ts.Node>>()
  const named: ts.Identifier[] = []
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node)) {
      const isName = isReference(node)
      if (isName || isBinding(node)) names.add(node.text)
      if (isName && loads.has(node.text)) named.push(node)
      else if (loads.has(node.text) && isBinding(node))
        own.set(node.text, (own.get(node.text) ?? new Set()).add(scopeOf(node)))
    }
    ts.forEachChild(node, visit)
  }
  visit(file)
  for (const node of named) {
    // The first name of the file itself is that of the load.
    if (
      !isWithin(
        node,
        [...(own.get(node.text) ?? [])].filter((scope) => scope !== file),
      )
    )
      loads.get(node.text)?.uses.push(node)
  }
  const heads: string[] = []
  for (const load of loads.values()) {
    edits.push({ start: load.statement.getStart(file), end: load.statement.end, text: '' })
    if (late.atOnce(load.specifier)) {
      const bound = boundNames(load, names)
      edits.push(...bindAtOnce(load, bound))
      heads.push(headAtOnce(load, bound))
    } else {
      edits.push(...bindLate(load))
      heads.push(headLate(load, late))
    }
  }
  let text = code
  for (const { start, end, text: put } of edits.toSorted((a, b) => b.start - a.start)) {
    text = text.slice(0, start) + put + text.slice(end)
  }
  const [hashbang = ''] = /^#!.*\n/.exec(text) ?? []
  return `${hashbang}${heads.join('\n')}\n${text.slice(hashbang.length)}`
}

interface Load {
  readonly name: string
  readonly specifier: string
  readonly statement: ts.Statement
  readonly uses: ts.Identifier[]
}

function loadOf(statement: ts.Statement): Load | undefined {
  if (!ts.isVariableStatement(statement)) return undefined
  const [declaration] = statement.declarationList.declarations
  const { name, initializer } = declaration ?? {}
  if (!name || !ts.isIdentifier(name) || !initializer || !ts.isCallExpression(initializer)) return undefined
  const [argument] = initializer.arguments
  if (initializer.expression.getText() !== 'require' || !argument || !ts.isStringLiteral(argument)) return undefined
  return { name: name.text, specifier: argument.text, statement, uses: [] }
}

function isBareRequire(statement: ts.Statement): boolean {
  return (
    ts.isExpressionStatement(statement) &&
    ts.isCallExpression(statement.expression) &&
    statement.expression.expression.getText() === 'require'
  )
}

/** What a name that is declared at `node` holds for. */
function scopeOf(node: ts.Identifier): ts.Node {
  const { parent } = node
  let at = ts.isFunctionDeclaration(parent) || ts.isClassDeclaration(parent) ? parent.parent : parent
  while (!isScope(at)) at = at.parent
  return at
}

function isScope(node: ts.Node): boolean {
  return (
    ts.isFunctionLike(node) ||
    ts.isClassExpression(node) ||
    ts.isBlock(node) ||
    ts.isCaseBlock(node) ||
    ts.isCatchClause(node) ||
    ts.isForStatement(node) ||
    ts.isForOfStatement(node) ||
    ts.isForInStatement(node) ||
    ts.isSourceFile(node)
  )
}

function isWithin(node: ts.Node, scopes: readonly ts.Node[]): boolean {
  if (scopes.length === 0) return false
  for (let at = node.parent; !ts.isSourceFile(at); at = at.parent) if (scopes.includes(at)) return true
  return false
}

function isBinding(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAssignment(parent) || ts.isPropertyAccessExpression(parent)) return false
  if (ts.isMethodDeclaration(parent) || ts.isPropertyDeclaration(parent) || ts.isAccessor(parent)) return false
  return 'name' in parent && parent.name === node && !ts.isShorthandPropertyAssignment(parent)
}

function isReference(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node
  if (ts.isShorthandPropertyAssignment(parent)) return true
  if (ts.isBindingElement(parent) && parent.propertyName === node) return false
  return !('name' in parent && parent.name === node) && !('label' in parent && parent.label === node)
}

/** One name for each export that is used: nothing of it is ever assigned anew. */
function bindAtOnce(load: Load, bound: ReadonlyMap<string, string>): Edit[] {
  return load.uses.map((use) => ({
    start: use.getStart(),
    end: use.parent.end,
    text: bound.get(exportOf(use)) ?? '',
  }))
}

function headAtOnce({ specifier }: Load, bound: ReadonlyMap<string, string>): string {
  const names = [...bound].map(([name, own]) => (own === name ? name : `${name}: ${own}`))
  return `const { ${names.join(', ')} } = require('${specifier}');`
}

/**
 * A name of the file for each export that is used. No name of ours has `$$` in it.
 *
 * @param taken - Names of the file so far, to which these are added.
 */
function boundNames({ name, uses }: Load, taken: Set<string>): ReadonlyMap<string, string> {
  const bound = new Map<string, string>()
  for (const exported of new Set(uses.map(exportOf))) {
    const own = taken.has(exported) ? `${exported}$$${name}` : exported
    bound.set(exported, own)
  }
  for (const own of bound.values()) taken.add(own)
  return bound
}

function exportOf(use: ts.Identifier): string {
  if (!ts.isPropertyAccessExpression(use.parent)) throw new Error(`${use.text} is used whole`)
  return use.parent.name.text
}

function bindLate({ name, uses }: Load): Edit[] {
  return uses.flatMap((use) => {
    const member = namespaceMember(use)
    if (member) {
      const { name: key, initializer } = member
      const value = `${name}()${initializer.getText().slice(use.text.length)}`
      return { start: member.getStart(), end: member.end, text: `get ${key.getText()}() { return ${value} }` }
    }
    const call = isMade(use) ? `(${name}())` : `${name}()`
    const text = ts.isShorthandPropertyAssignment(use.parent) ? `${name}: ${call}` : call
    return { start: use.getStart(), end: use.end, text }
  })
}

/** `import * as`, from several parts, is an object without prototype, whose members load by themselves. */
function namespaceMember(use: ts.Identifier): ts.PropertyAssignment | undefined {
  const member = use.parent.parent
  if (!ts.isPropertyAssignment(member) || member.initializer !== use.parent) return undefined
  const [first] = member.parent.properties
  return first?.name?.getText() === '__proto__' ? member : undefined
}

/** Whether it is what is behind `new`, where a call would be taken for that of the class. */
function isMade(use: ts.Node): boolean {
  const { parent } = use
  if (ts.isPropertyAccessExpression(parent)) return isMade(parent)
  return ts.isNewExpression(parent) && parent.expression === use
}

function headLate({ name, specifier }: Load, { otherRequire }: Late): string {
  const kept = `${name}$loaded`
  if (specifier.startsWith('node:')) {
    return `let ${kept}; function ${name}() { return ${kept} ??= globalThis.process?.getBuiltinModule?.('${specifier}') }`
  }
  if (specifier.startsWith('./'))
    return `let ${kept}; function ${name}() { return ${kept} ??= require('${specifier}') }`
  return `let ${kept}; function ${name}() {
    if (${kept}) return ${kept};
    try { return ${kept} = require('${specifier}') } catch (error) {
      if (error.code !== undefined) throw error;
      return ${kept} = ${otherRequire}('${specifier}')
    }
  }`
}
