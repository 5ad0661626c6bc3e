import spec from './mcp.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'mcp.case.ts')
