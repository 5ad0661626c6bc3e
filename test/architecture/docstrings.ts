/** Which of the exported names, and of their members, say nothing about themselves. */
import ts from 'typescript'

/** @param entries - Files whose exports are public. @returns `name in file` of each that has no docstring. */
export function undocumented(
  entries: readonly string[],
  configFile: string,
  ours: (file: string) => boolean,
): string[] {
  const { config } = ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)) as { config: unknown }
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, configFile.replace(/[^/]+$/, ''))
  const program = ts.createProgram([...entries], { ...options, noEmit: true })
  const checker = program.getTypeChecker()
  const seen = new Set<ts.Symbol>()
  const silent: string[] = []

  const says = (symbol: ts.Symbol): boolean =>
    symbol.getDocumentationComment(checker).length > 0 || symbol.getJsDocTags(checker).length > 0

  const look = (symbol: ts.Symbol, name: string, file: string): void => {
    if (!says(symbol)) silent.push(`${name} in ${file}`)
  }

  for (const entry of entries) {
    const module = checker.getSymbolAtLocation(program.getSourceFile(entry) as ts.Node)
    for (const exported of module ? checker.getExportsOfModule(module) : []) {
      const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported
      const file = symbol.declarations?.[0]?.getSourceFile().fileName ?? ''
      if (seen.has(symbol) || !ours(file)) continue
      seen.add(symbol)
      look(symbol, exported.name, file)
      for (const member of membersOf(symbol)) look(member, `${exported.name}.${member.name}`, file)
    }
  }
  if (seen.size === 0) throw new Error('no exports were found')
  return silent
}

/** Those that a user meets. */
function membersOf({ flags, members }: ts.Symbol): ts.Symbol[] {
  if (!members || !(flags & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class))) return []
  return [...members.values()].filter(({ declarations, flags: kind, name }) => {
    const [declared] = declarations ?? []
    if (!declared || kind & ts.SymbolFlags.TypeParameter || name === '__constructor' || name === '__index') return false
    const hidden = ts.ModifierFlags.Private | ts.ModifierFlags.Protected
    if (ts.getCombinedModifierFlags(declared) & hidden) return false
    const named = ts.getNameOfDeclaration(declared)
    return !named || !ts.isPrivateIdentifier(named)
  })
}
