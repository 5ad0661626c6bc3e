import { testIntegration } from './matrix.js'
import spec from './typesafe.case.js'

testIntegration(spec, 'typesafe.case.ts')
