"use strict";

Scalar.createApiReference("#documentation", {
  url: "openapi.json",
  // Requests go to the address from which this page was loaded, whatever proxy is in front of the service.
  servers: [{ url: new URL(".", location.href).href.replace(/\/$/, "") }],
  // Without these options, the page would load fonts from another host and link to the makers of Scalar.
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
});
