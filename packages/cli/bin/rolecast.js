#!/usr/bin/env node
import "../dist/rolecast.js";
