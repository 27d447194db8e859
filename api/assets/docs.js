"use strict";

// The page must not lead to the makers of Scalar, or explain statuses on a foreign site.
const FOREIGN = /^https:\/\/([^/]+\.)?(scalar\.com|developer\.mozilla\.org)\//;

function removeForeignLinks() {
  for (const link of document.querySelectorAll("a[href^='https:']")) {
    if (FOREIGN.test(link.href)) link.removeAttribute("href");
  }
}

new MutationObserver(removeForeignLinks).observe(document.body, {
  attributeFilter: ["href"],
  childList: true,
  subtree: true,
});

Scalar.createApiReference("#documentation", {
  url: "docs/specification.json",
  // Requests go to the address of this page, whatever proxy is in front of the service.
  servers: [{ url: new URL(".", location.href).href.replace(/\/$/, "") }],
  // Without these options, the page would load fonts and send data to other hosts, and offer their services.
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: "never",
  // The header links to the complete specification, which is not the one that this page shows.
  documentDownloadType: "none",
  featuredClients: ["shell/curl", "python/requests", "js/fetch"],
  defaultHttpClient: { targetKey: "shell", clientKey: "curl" },
  // The default order moves required keys to the front. Here, most keys are required.
  orderRequiredPropertiesFirst: false,
  orderSchemaPropertiesBy: "preserve",
});
