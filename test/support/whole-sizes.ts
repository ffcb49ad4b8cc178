import fc from "fast-check";

/** A property that names a size means it: by itself fast-check makes ten entries at most. */
fc.configureGlobal({ defaultSizeToMaxWhenMaxSpecified: true });
