import spec from './mcp-v2.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'mcp-v2.case.ts')
