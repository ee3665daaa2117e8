"""What tests share: made-up worlds and scenarios, reference solvers, servers, browsers, documents."""
