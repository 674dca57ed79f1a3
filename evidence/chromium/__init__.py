"""All that touches the browser: how it is started, held to the gate, tapped and photographed."""
