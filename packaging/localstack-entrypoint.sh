#!/bin/sh
# LocalStack's module for Java starts its image by this file, after it has set variables.
exec rolecast start "$@"
