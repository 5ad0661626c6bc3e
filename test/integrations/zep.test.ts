import spec from './zep.case.js'
import { testIntegration } from './matrix.js'

testIntegration(spec, 'zep.case.ts')
